/** Start on SQLite: who is admitted runs. To be called inside a transaction. */
import type { Runner, Start, Started } from '../store.js';
import { admitStart } from './admission.js';
import type { Database } from './database.js';
import type { ExecutionRow } from './rows.js';

/** What a start has come to, the same when it is repeated: until when it runs, or why it does not. */
type Fate = number | 'refused' | 'lost';

export function start(db: Database, starts: Start[], by: Runner): Started {
  const started: Started = { won: new Map(), refused: new Set() };
  for (const one of starts) {
    const fate = isStartable(db, one) ? tryToStart(db, one, by) : fateOf(db, one, by);
    if (fate === 'refused') started.refused.add(one.id);
    else if (fate !== 'lost') started.won.set(one.id, fate);
  }
  return started;
}

function isStartable(db: Database, { id, generation, claim, attempt }: Start): boolean {
  const claimed = db.sql(
    `SELECT 1 FROM executions WHERE id = ? AND generation = ? AND claim = ? AND attempt = ? AND state = 'claimed'`,
  );
  return claimed.get(id, generation, claim, attempt) !== undefined;
}

function tryToStart(db: Database, one: Start, by: Runner): Fate {
  if (one.overlap !== 'allowAll' && !admitStart(db, one, by)) return 'refused';
  db.sql(
    `UPDATE executions SET state = 'running', holder = ?, attempt = attempt + 1, wakeAt = ? WHERE id = ?`,
  ).run(by.incarnation, one.until, one.id);
  return one.until;
}

/** What an earlier call made of it. */
function fateOf(db: Database, { id, generation, claim, attempt }: Start, { incarnation }: Runner): Fate {
  const read = db.sql(
    'SELECT state, reason, holder, attempt, wakeAt FROM executions WHERE id = ? AND generation = ? AND claim = ?',
  );
  const found = read.get(id, generation, claim) as
    Pick<ExecutionRow, 'state' | 'reason' | 'holder' | 'attempt' | 'wakeAt'> | undefined;
  if (found?.state === 'running' && found.holder === incarnation && found.attempt === attempt + 1)
    return found.wakeAt;
  const isRefused = found?.state === 'deferred' || found?.state === 'skipped';
  return isRefused && found.reason === 'overlap' && found.attempt === attempt ? 'refused' : 'lost';
}
