/**
 * The steps from each earlier version of the tables to the next. A step is never edited once it was released: it says what
 * the tables were then, so it names nothing that the program of today defines.
 */
export interface Upgrade {
  /** The version it starts from; it ends at the next one. */
  from: number;
  statements: string;
}

export const upgrades: readonly Upgrade[] = [
  {
    from: 1,
    statements: `
      ALTER TABLE timers ADD COLUMN manualRuns INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE timers ADD COLUMN pause TEXT;
      ALTER TABLE timers ADD COLUMN busy TEXT;
      ALTER TABLE timers ADD COLUMN buffered TEXT;
      ALTER TABLE executions ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE executions ADD COLUMN abort INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE executions ADD COLUMN covers TEXT;
      ALTER TABLE executions ADD COLUMN clockOffsetMs INTEGER NOT NULL DEFAULT 0;

      UPDATE timers SET definition = json_set(definition,
        '$.misfire', json('{"policy":"latest","windowMs":3600000,"max":1000}'), '$.overlap', 'allowAll');
      UPDATE definitions SET definition = json_set(definition,
        '$.misfire', json('{"policy":"latest","windowMs":3600000,"max":1000}'), '$.overlap', 'allowAll');

      DROP INDEX timersDue;
      DROP INDEX executionsDue;
      DROP INDEX executionsOverdue;
      CREATE INDEX timersDue ON timers (wakeAt, shard) WHERE state = 'active';
      CREATE INDEX timersPaused ON timers (wakeAt, shard) WHERE state = 'paused';
      CREATE INDEX executionsDue ON executions (wakeAt, shard) WHERE state IN ('retrying','deferred');
      CREATE INDEX executionsOverdue ON executions (wakeAt, shard)
        WHERE state IN ('claimed','running','awaiting-ack');
      CREATE INDEX executionsWaiting ON executions (uid, scheduledFor, id)
        WHERE state = 'deferred' AND reason = 'overlap';
    `,
  },
  { from: 2, statements: 'ALTER TABLE documents ADD COLUMN writtenAt INTEGER NOT NULL DEFAULT 0;' },
];
