/**
 * The tables of the embedded store. Columns bear the names of the fields that they keep. The version below and the number of
 * shards are written into the file at its first start. A file of an older version is brought up to this one by the steps
 * of upgrades.ts; one that says anything else is refused.
 */
import { CarillonError } from '../../base/errors.js';
import { openStates } from '../../timers/execution.js';
import { unsuccessfulEnds } from '../../timers/execution-filter.js';
import { shardCount } from '../../timers/timer.js';
import type { Database } from './database.js';
import { upgrades } from './upgrades.js';

export const schemaVersion = 4;

/** Conditions that must read the same in an index and in the queries that are to use it. */
export const isOpenState = `state IN ('${openStates.join("','")}')`;
export const isEndedState = `state NOT IN ('${openStates.join("','")}')`;
export const isUnsuccessfulEnd = `state IN ('${unsuccessfulEnds.join("','")}')`;
export const isDueState = `state IN ('retrying','deferred')`;
export const isOverdueState = `state IN ('claimed','running','awaiting-ack')`;
export const isHeldState = `state IN ('claimed','running')`;
export const isWaitingForTurn = `state = 'deferred' AND reason = 'overlap'`;
export const isClosedState = `state IN ('completed','cancelled')`;

/**
 * The indexes of what is due bear the shard: rows of other shards, such as those of a test clock that stands still in the
 * past, are passed over without being read.
 */
const tables = `
  CREATE TABLE timers (
    namespace TEXT NOT NULL,
    id TEXT NOT NULL,
    uid TEXT NOT NULL,
    shard INTEGER NOT NULL,
    state TEXT NOT NULL,
    generation INTEGER NOT NULL,
    definition TEXT NOT NULL,
    host TEXT NOT NULL,
    digest TEXT NOT NULL,
    idempotencyKey TEXT,
    nextScheduledFor INTEGER,
    nextDueAt INTEGER,
    lastScheduledFor INTEGER,
    runs INTEGER NOT NULL,
    manualRuns INTEGER NOT NULL,
    pause TEXT,
    busy TEXT,
    buffered TEXT,
    tags TEXT NOT NULL,
    metadata TEXT NOT NULL,
    createdAt INTEGER NOT NULL,
    createdBy TEXT,
    updatedAt INTEGER NOT NULL,
    changedAt INTEGER NOT NULL,
    wakeAt INTEGER NOT NULL,
    PRIMARY KEY (namespace, id)
  ) STRICT;
  CREATE INDEX timersOfState ON timers (namespace, state, id);
  CREATE INDEX timersOfHost ON timers (namespace, host, id);
  CREATE INDEX timersByNextDueAt ON timers (namespace, nextDueAt, id) WHERE nextDueAt IS NOT NULL;
  CREATE INDEX timersByCreatedAt ON timers (namespace, createdAt, id);
  CREATE INDEX timersDue ON timers (wakeAt, shard) WHERE state = 'active';
  CREATE INDEX timersPaused ON timers (wakeAt, shard) WHERE state = 'paused';
  CREATE INDEX timersExpired ON timers (wakeAt) WHERE ${isClosedState};

  CREATE TABLE definitions (
    uid TEXT NOT NULL,
    version INTEGER NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (uid, version)
  ) STRICT;

  CREATE TABLE executions (
    id TEXT PRIMARY KEY,
    uid TEXT NOT NULL,
    namespace TEXT NOT NULL,
    timerId TEXT NOT NULL,
    shard INTEGER NOT NULL,
    host TEXT NOT NULL,
    scheduledFor INTEGER NOT NULL,
    dueAt INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    generation INTEGER NOT NULL,
    version INTEGER NOT NULL,
    claim INTEGER NOT NULL,
    holder TEXT,
    claimedAt INTEGER NOT NULL,
    callAt INTEGER NOT NULL,
    wakeAt INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    deferrals INTEGER NOT NULL,
    final INTEGER NOT NULL,
    held INTEGER NOT NULL,
    abort INTEGER NOT NULL,
    covers TEXT,
    clockOffsetMs INTEGER NOT NULL,
    outcome TEXT,
    settledAt INTEGER
  ) STRICT;
  CREATE INDEX executionsOfNamespace ON executions (namespace, scheduledFor, id);
  CREATE INDEX executionsOfTimer ON executions (namespace, timerId, scheduledFor, id);
  CREATE INDEX executionsOfState ON executions (namespace, state, scheduledFor, id)
    WHERE ${isUnsuccessfulEnd};
  CREATE INDEX executionsOpenInTime ON executions (namespace, scheduledFor, id) WHERE ${isOpenState};
  CREATE INDEX executionsOpen ON executions (uid) WHERE ${isOpenState};
  CREATE INDEX executionsDue ON executions (wakeAt, shard) WHERE ${isDueState};
  CREATE INDEX executionsOverdue ON executions (wakeAt, shard) WHERE ${isOverdueState};
  CREATE INDEX executionsExpired ON executions (wakeAt) WHERE ${isEndedState};
  CREATE INDEX executionsHeld ON executions (holder) WHERE ${isHeldState};
  CREATE INDEX executionsWaiting ON executions (uid, scheduledFor, id) WHERE ${isWaitingForTurn};

  CREATE TABLE attempts (
    executionId TEXT NOT NULL,
    n INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (executionId, n)
  ) STRICT;

  CREATE TABLE processes (
    incarnation TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    service TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    startedAt INTEGER NOT NULL,
    report TEXT NOT NULL
  ) STRICT;

  CREATE TABLE serviceLevels (
    namespace TEXT NOT NULL,
    spanMs INTEGER NOT NULL,
    startsAt INTEGER NOT NULL,
    source TEXT NOT NULL,
    level TEXT NOT NULL,
    PRIMARY KEY (namespace, startsAt, spanMs, source)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX serviceLevelsBySpan ON serviceLevels (spanMs, startsAt, namespace);

  CREATE TABLE documents (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    value TEXT NOT NULL,
    writtenAt INTEGER NOT NULL
  ) STRICT;

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
`;

/** Kept by triggers, so that no writer can forget them: the index from tag to timer, and the number of timers by namespace and state. */
const derived = `
  CREATE TABLE timerTags (
    namespace TEXT NOT NULL,
    tag TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (namespace, tag, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER tagsOfNewTimer AFTER INSERT ON timers WHEN new.tags <> '[]' BEGIN
    INSERT INTO timerTags SELECT DISTINCT new.namespace, value, new.id FROM json_each(new.tags);
  END;
  CREATE TRIGGER tagsOfChangedTimer AFTER UPDATE OF tags ON timers WHEN new.tags <> old.tags BEGIN
    DELETE FROM timerTags WHERE namespace = old.namespace AND id = old.id
      AND tag IN (SELECT value FROM json_each(old.tags));
    INSERT INTO timerTags SELECT DISTINCT new.namespace, value, new.id FROM json_each(new.tags);
  END;
  CREATE TRIGGER tagsOfRemovedTimer AFTER DELETE ON timers WHEN old.tags <> '[]' BEGIN
    DELETE FROM timerTags WHERE namespace = old.namespace AND id = old.id
      AND tag IN (SELECT value FROM json_each(old.tags));
  END;

  CREATE TABLE timerCounts (
    namespace TEXT NOT NULL,
    state TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (namespace, state)
  ) STRICT, WITHOUT ROWID;
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
`;

/**
 * Creates the tables in an empty file, and brings those of an older version up to this one, whole or not at all; rejects
 * with `incompatible-store` for a file of an unknown version or of another shard count.
 */
export async function prepareSchema(db: Database): Promise<void> {
  await db.write(() => {
    if (db.sql('SELECT 1 FROM sqlite_schema').get() === undefined) createSchema(db);
    else {
      checkOwner(db);
      upgradeSchema(db);
      checkSchema(db);
    }
  });
}

function createSchema(db: Database): void {
  db.exec(`CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;${tables}${derived}`);
  const insert = db.sql('INSERT INTO meta (name, value) VALUES (?, ?)');
  insert.run('schemaVersion', schemaVersion);
  insert.run('shardCount', shardCount);
}

function checkOwner(db: Database): void {
  if (db.sql(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'`).get() === undefined)
    throw new CarillonError('incompatible-store', 'the file is a database of something else');
}

function upgradeSchema(db: Database): void {
  const done = db.sql(`UPDATE meta SET value = ? WHERE name = 'schemaVersion' AND value = ?`);
  for (const { from, statements } of upgrades)
    if (done.run(from + 1, from).changes === 1) db.exec(statements);
}

function checkSchema(db: Database): void {
  const expected = { schemaVersion, shardCount };
  for (const [name, value] of Object.entries(expected)) {
    const found = metaOf(db, name);
    if (found === value) continue;
    const message = `the store was made with ${name} ${found ?? 'unknown'}, this program needs ${value}`;
    throw new CarillonError('incompatible-store', message);
  }
}

function metaOf(db: Database, name: string): number | null {
  const row = db.sql('SELECT value FROM meta WHERE name = ?').get(name) as { value: number } | undefined;
  return row?.value ?? null;
}
