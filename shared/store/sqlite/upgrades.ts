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
  {
    from: 3,
    statements: `
      ALTER TABLE timers ADD COLUMN host TEXT NOT NULL DEFAULT '';
      UPDATE timers SET host = ${hostWithin("definition ->> '$.target.url'")};
      DROP INDEX timersOfNamespace;
      DROP INDEX timersOfState;
      CREATE INDEX timersOfState ON timers (namespace, state, id);
      CREATE INDEX timersOfHost ON timers (namespace, host, id);
      CREATE INDEX timersByNextDueAt ON timers (namespace, nextDueAt, id) WHERE nextDueAt IS NOT NULL;
      CREATE INDEX timersByCreatedAt ON timers (namespace, createdAt, id);

      ALTER TABLE executions ADD COLUMN outcome TEXT;
      UPDATE executions SET outcome = state WHERE state IN ('succeeded','failed','aborted');
      DROP INDEX executionsOfState;
      CREATE INDEX executionsOfState ON executions (namespace, state, scheduledFor, id)
        WHERE state IN ('failed','aborted','cancelled','skipped');
      CREATE INDEX executionsOpenInTime ON executions (namespace, scheduledFor, id)
        WHERE state IN ('claimed','running','retrying','deferred','awaiting-ack');

      DROP TRIGGER countOfNewTimer;
      DROP TRIGGER countOfChangedTimer;
      DROP TRIGGER countOfRemovedTimer;
      DROP TABLE timerCounts;
      CREATE TABLE timerCounts (
        namespace TEXT NOT NULL,
        state TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (namespace, state)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO timerCounts SELECT namespace, state, count(*) FROM timers GROUP BY namespace, state;
      CREATE TRIGGER countOfNewTimer AFTER INSERT ON timers BEGIN
        INSERT INTO timerCounts VALUES (new.namespace, new.state, 1)
          ON CONFLICT (namespace, state) DO UPDATE SET count = count + 1;
      END;
      CREATE TRIGGER countOfChangedTimer AFTER UPDATE OF state ON timers WHEN new.state <> old.state BEGIN
        UPDATE timerCounts SET count = count - 1 WHERE namespace = old.namespace AND state = old.state;
        INSERT INTO timerCounts VALUES (new.namespace, new.state, 1)
          ON CONFLICT (namespace, state) DO UPDATE SET count = count + 1;
      END;
      CREATE TRIGGER countOfRemovedTimer AFTER DELETE ON timers BEGIN
        UPDATE timerCounts SET count = count - 1 WHERE namespace = old.namespace AND state = old.state;
      END;

      ALTER TABLE timers ADD COLUMN createdBy TEXT;
      CREATE TABLE changes (
        id TEXT PRIMARY KEY,
        namespace TEXT NOT NULL,
        resource TEXT NOT NULL,
        resourceId TEXT NOT NULL,
        uid TEXT,
        generation INTEGER,
        at INTEGER NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        reason TEXT,
        changes TEXT NOT NULL,
        previous TEXT
      ) STRICT;
      CREATE INDEX changesOfNamespace ON changes (namespace, id);
      CREATE INDEX changesOfId ON changes (namespace, resourceId, id);
      CREATE INDEX changesOfResource ON changes (namespace, resource, id);
      CREATE INDEX changesOfActor ON changes (namespace, actor, id);
      CREATE INDEX changesOfAction ON changes (namespace, action, id);
      CREATE TABLE serviceLevels (
        namespace TEXT NOT NULL,
        spanMs INTEGER NOT NULL,
        startsAt INTEGER NOT NULL,
        source TEXT NOT NULL,
        level TEXT NOT NULL,
        PRIMARY KEY (namespace, startsAt, spanMs, source)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX serviceLevelsBySpan ON serviceLevels (spanMs, startsAt, namespace);

      CREATE TABLE apiKeys (
        id TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        name TEXT NOT NULL,
        description TEXT,
        role TEXT NOT NULL,
        namespaces TEXT NOT NULL,
        digest TEXT NOT NULL,
        previous TEXT,
        createdAt INTEGER NOT NULL,
        createdBy TEXT NOT NULL,
        rotatedAt INTEGER,
        expiresAt INTEGER,
        lastUsedAt INTEGER
      ) STRICT;

      CREATE TABLE rateBuckets (
        namespace TEXT PRIMARY KEY,
        level REAL NOT NULL,
        at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX rateBucketsIdle ON rateBuckets (at);
    `,
  },
];

/** Host and port of a URL without user, in lower case and without the port of its scheme. */
function hostWithin(url: string): string {
  const rest = `substr(lower(${url}), instr(${url}, '://') + 3)`;
  const end = `min(instr(rest || '/', '/'), instr(rest || '?', '?'))`;
  const host = `(SELECT substr(rest, 1, ${end} - 1) FROM (SELECT ${rest} AS rest))`;
  return `iif(lower(${url}) LIKE 'https:%',
    iif(${host} LIKE '%:443', substr(${host}, 1, length(${host}) - 4), ${host}),
    iif(${host} LIKE '%:80', substr(${host}, 1, length(${host}) - 3), ${host}))`;
}
