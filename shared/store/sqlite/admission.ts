/**
 * Whose turn it is, where executions of a timer must not run side by side: `busy` on the timer names the one that is
 * admitted and keeps the others out until it has ended, `buffered` the one that waits behind it where only one may.
 * All of this is called inside a transaction.
 */
import { admit } from '../../timers/overlap.js';
import type { Runner, Settlement, Start } from '../store.js';
import type { Database } from './database.js';
import { isOpenState, isWaitingForTurn } from './schema.js';

type TimerOfUid = Start['timer'];

interface Turn {
  busy: string | null;
  buffered: string | null;
}

/** An execution that has not ended. */
interface Rival {
  id: string;
  scheduledFor: number;
  state: string;
}

/** True when it may run, and `busy` names it; else it is skipped or deferred. */
export function admitStart(db: Database, start: Start, by: Runner): boolean {
  const turn = turnOf(db, start.timer);
  const running = rivalOf(db, turn?.busy);
  if (!running || running.id === start.id) return takeTurn(db, start, turn);
  const waiting = rivalOf(db, turn?.buffered);
  const isLate = start.overlap === 'cancelOther' && waiting && waiting.scheduledFor > start.scheduledFor;
  const state = { running: isLate ? waiting : running, waiting: waiting ? [waiting] : [] };
  const admission = admit(start.overlap, start, state);
  switch (admission.action) {
    case 'start':
      return takeTurn(db, start, turn);
    case 'skip':
      end(db, start.id, { ...by, state: 'skipped' });
      return false;
    case 'buffer':
      wait(db, start);
      return false;
    case 'cancelOlder':
      if (waiting && waiting.id !== start.id) end(db, waiting.id, { ...by, state: 'skipped' });
      if (cancel(db, running, by)) return takeTurn(db, start, turn);
      wait(db, start);
      return false;
  }
}

/**
 * After an execution has ended, names the one that comes next: `buffered`, else the oldest that waits, else nobody.
 * Answers its shard when it became due. Does nothing where another has the turn, so it may be repeated.
 */
export function passTurn(db: Database, { record, timer }: Settlement): number | null {
  const turn = turnOf(db, timer);
  if (turn?.busy !== record.executionId || rivalOf(db, turn.busy)) return null;
  const next = rivalOf(db, turn.buffered)?.id ?? oldestWaiting(db, timer.uid);
  setTurn(db, timer, { busy: next, buffered: null });
  return next === null ? null : makeDue(db, next);
}

function turnOf(db: Database, { namespace, id, uid }: TimerOfUid): Turn | undefined {
  const read = db.sql('SELECT busy, buffered FROM timers WHERE namespace = ? AND id = ? AND uid = ?');
  return read.get(namespace, id, uid) as Turn | undefined;
}

function setTurn(db: Database, { namespace, id }: TimerOfUid, { busy, buffered }: Turn): void {
  const set = db.sql('UPDATE timers SET busy = ?, buffered = ? WHERE namespace = ? AND id = ?');
  set.run(busy, buffered, namespace, id);
}

/** Null for one that is over: ended, or not there. */
function rivalOf(db: Database, id: string | null | undefined): Rival | null {
  const read = db.sql(`SELECT id, scheduledFor, state FROM executions WHERE id = ? AND ${isOpenState}`);
  return (read.get(id ?? null) as Rival | undefined) ?? null;
}

/** Always true. A timer that is there no more keeps nobody out. */
function takeTurn(db: Database, { id, timer }: Start, turn: Turn | undefined): true {
  if (turn) setTurn(db, timer, { busy: id, buffered: turn.buffered === id ? null : turn.buffered });
  return true;
}

/** Its turn comes when who has it ends; it is tried again at `recheckAt` should nobody have passed it on. */
function wait(db: Database, { id, timer, overlap, recheckAt }: Start): void {
  db.sql(
    `UPDATE executions SET state = 'deferred', reason = 'overlap', holder = NULL, wakeAt = ? WHERE id = ?`,
  ).run(recheckAt, id);
  if (overlap === 'bufferAll') return;
  const buffer = db.sql('UPDATE timers SET buffered = ? WHERE namespace = ? AND id = ?');
  buffer.run(id, timer.namespace, timer.id);
}

/** Stops the one that has the turn: true when it only waited, and so has ended at once. */
function cancel(db: Database, { id, state }: Rival, by: Runner): boolean {
  if (state !== 'running' && state !== 'awaiting-ack') {
    end(db, id, { ...by, state: 'aborted' });
    return true;
  }
  db.sql('UPDATE executions SET abort = 1 WHERE id = ?').run(id);
  return false;
}

function end(
  db: Database,
  id: string,
  { state, now, expireAt }: Pick<Runner, 'now' | 'expireAt'> & { state: 'skipped' | 'aborted' },
): void {
  db.sql(
    `UPDATE executions SET state = ?, reason = 'overlap', holder = NULL, settledAt = ?, wakeAt = ? WHERE id = ?`,
  ).run(state, now, expireAt, id);
}

function oldestWaiting(db: Database, uid: string): string | null {
  const read = db.sql(
    `SELECT id FROM executions WHERE uid = ? AND ${isWaitingForTurn} ORDER BY scheduledFor, id LIMIT 1`,
  );
  return (read.get(uid) as { id: string } | undefined)?.id ?? null;
}

/** One that is held waits on, and is due once it is released. Answers the shard of one that is due now. */
function makeDue(db: Database, id: string): number | null {
  const update = db.sql(
    `UPDATE executions SET callAt = iif(held, dueAt, callAt), wakeAt = iif(held, wakeAt, dueAt)
     WHERE id = ? AND ${isWaitingForTurn} RETURNING shard, held`,
  );
  const due = update.get(id) as { shard: number; held: number } | undefined;
  return due?.held === 0 ? due.shard : null;
}
