/** Start on SQLite: who is admitted runs. To be called inside a transaction. */
import type { Runner, Start, Started } from '../store.js';
import { admitStart } from './admission.js';
import type { Database } from './database.js';

/** What a start has come to: the same when it is repeated. */
type Fate = 'won' | 'refused' | 'lost';

export function start(db: Database, starts: Start[], by: Runner): Started {
  const started: Started = { won: new Set(), refused: new Set() };
  for (const one of starts) {
    const fate = isStartable(db, one) ? tryToStart(db, one, by) : fateOf(db, one, by);
    if (fate !== 'lost') started[fate].add(one.id);
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
  return 'won';
}

/** What an earlier call made of it. */
function fateOf(db: Database, { id, generation, claim, attempt }: Start, { incarnation }: Runner): Fate {
  const read = db.sql(
    'SELECT state, reason, holder, attempt FROM executions WHERE id = ? AND generation = ? AND claim = ?',
  );
  const found = read.get(id, generation, claim) as
    { state: string; reason: string | null; holder: string | null; attempt: number } | undefined;
  if (found?.state === 'running' && found.holder === incarnation && found.attempt === attempt + 1)
    return 'won';
  const isRefused = found?.state === 'deferred' || found?.state === 'skipped';
  return isRefused && found.reason === 'overlap' && found.attempt === attempt ? 'refused' : 'lost';
}
