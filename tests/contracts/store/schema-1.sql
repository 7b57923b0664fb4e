-- A store of schema version 1 as it was released, with one timer, a definition it had before, and an execution.
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO meta VALUES ('schemaVersion', 1), ('shardCount', 64);

CREATE TABLE timers (
  namespace TEXT NOT NULL,
  id TEXT NOT NULL,
  uid TEXT NOT NULL,
  shard INTEGER NOT NULL,
  state TEXT NOT NULL,
  generation INTEGER NOT NULL,
  definition TEXT NOT NULL,
  digest TEXT NOT NULL,
  idempotencyKey TEXT,
  nextScheduledFor INTEGER,
  nextDueAt INTEGER,
  lastScheduledFor INTEGER,
  runs INTEGER NOT NULL,
  tags TEXT NOT NULL,
  metadata TEXT NOT NULL,
  createdAt INTEGER NOT NULL,
  updatedAt INTEGER NOT NULL,
  changedAt INTEGER NOT NULL,
  wakeAt INTEGER NOT NULL,
  PRIMARY KEY (namespace, id)
) STRICT;
CREATE INDEX timersOfNamespace ON timers (namespace, id, nextDueAt);
CREATE INDEX timersOfState ON timers (namespace, state, id, nextDueAt);
CREATE INDEX timersDue ON timers (wakeAt) WHERE state = 'active';
CREATE INDEX timersExpired ON timers (wakeAt) WHERE state IN ('completed','cancelled');

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
  settledAt INTEGER
) STRICT;
CREATE INDEX executionsOfNamespace ON executions (namespace, scheduledFor, id);
CREATE INDEX executionsOfTimer ON executions (namespace, timerId, scheduledFor, id);
CREATE INDEX executionsOfState ON executions (namespace, state, scheduledFor, id);
CREATE INDEX executionsOpen ON executions (uid) WHERE state IN ('claimed','running','retrying','deferred','awaiting-ack');
CREATE INDEX executionsDue ON executions (wakeAt) WHERE state IN ('retrying','deferred');
CREATE INDEX executionsOverdue ON executions (wakeAt) WHERE state IN ('claimed','running','awaiting-ack');
CREATE INDEX executionsExpired ON executions (wakeAt) WHERE state NOT IN ('claimed','running','retrying','deferred','awaiting-ack');
CREATE INDEX executionsHeld ON executions (holder) WHERE state IN ('claimed','running');

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

CREATE TABLE documents (
  name TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  value TEXT NOT NULL
) STRICT;

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

CREATE TABLE timerCounts (state TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT;
INSERT INTO timerCounts VALUES ('active', 0), ('paused', 0), ('completed', 0), ('cancelled', 0);
CREATE TRIGGER countOfNewTimer AFTER INSERT ON timers BEGIN
  UPDATE timerCounts SET count = count + 1 WHERE state = new.state;
END;
CREATE TRIGGER countOfChangedTimer AFTER UPDATE OF state ON timers WHEN new.state <> old.state BEGIN
  UPDATE timerCounts SET count = count - 1 WHERE state = old.state;
  UPDATE timerCounts SET count = count + 1 WHERE state = new.state;
END;
CREATE TRIGGER countOfRemovedTimer AFTER DELETE ON timers BEGIN
  UPDATE timerCounts SET count = count - 1 WHERE state = old.state;
END;

INSERT INTO timers VALUES ('default', 'tea', 'uid-1', 7, 'active', 2,
  '{"version":2,"schedule":{"kind":"at","at":1893456061000,"delayMs":60000},"target":{"url":"http://127.0.0.1:9/callback","method":"POST","headers":{},"body":null,"timeoutMs":30000},"retries":{"maxAttempts":3}}',
  'digest', NULL, 1893456061000, 1893456061000, NULL, 1, '["kitchen"]', '{"cup":"blue"}',
  1893456000000, 1893456000000, 1893456000000, 1893456061000);
INSERT INTO definitions VALUES ('uid-1', 1,
  '{"version":1,"schedule":{"kind":"at","at":1893456001000},"target":{"url":"http://127.0.0.1:9/callback","method":"POST","headers":{},"body":null,"timeoutMs":30000},"retries":{"maxAttempts":3}}');
INSERT INTO executions VALUES ('uid-1-1893456001000', 'uid-1', 'default', 'tea', 7, '127.0.0.1:9', 1893456001000,
  1893456001000, 'retrying', 'status 500', 1, 1, 1, NULL, 1893456000000, 1893456001000, 1893456003000, 1, 0, 0, 0, NULL);
