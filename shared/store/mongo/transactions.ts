/**
 * Transactions on a few server sessions that live as long as this process. Their ids stand in the process's row, so
 * that whoever declares it gone can end them: a transaction that a dead process left open would block its successors
 * until the server's own limit. One transaction uses a session at a time; who finds none free waits.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Binary, ClientSession, MongoClient, TransactionOptions } from 'mongodb';
import { backoffMs } from '../../base/backoff.js';
import { CarillonError } from '../../base/errors.js';
import { systemRandom } from '../../base/random.js';
import { isConflict, isInterrupted, isRefused, isUnknownCommit } from './errors.js';

/** The transaction met another one; nothing of it was written. */
export const conflict = Symbol('conflict');

/** What a transaction came to: whether its writes count, and the answer. */
export interface Conclusion<Reply> {
  commit: boolean;
  reply: Reply;
}

export type Work<Reply> = (session: ClientSession) => Promise<Conclusion<Reply>>;

const sessionCount = 16;
const patienceMs = 4_000;
const retryBackoff = { baseMs: 4, maxMs: 200 };

/** Reads see one majority-committed instant once the commit has succeeded, so even a commit without writes means something. */
const options: TransactionOptions = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: patienceMs },
  readPreference: 'primary',
};

/** How long one call may go on trying, its waits included: nothing begins after its caller has been told that it failed. */
export class Patience {
  readonly #end: number;

  constructor(limitMs = patienceMs) {
    this.#end = performance.now() + limitMs;
  }

  isOver(): boolean {
    return performance.now() > this.#end;
  }

  check(): void {
    if (this.isOver()) throw new CarillonError('store-unavailable', 'MongoDB: it could not be done in time');
  }

  /** For the server's own limit on what is asked next, at least 1 ms; throws when it is over. */
  leftMs(): number {
    this.check();
    return Math.ceil(this.#end - performance.now()) || 1;
  }
}

export class Transactions {
  readonly #free: ClientSession[];
  readonly #waiting: ((session: ClientSession) => void)[] = [];
  readonly sessionIds: Binary[];

  constructor(client: MongoClient) {
    this.#free = Array.from({ length: sessionCount }, () => client.startSession());
    this.sessionIds = this.#free.map((session) => session.serverSession.id.id);
  }

  /** Runs `work` once. */
  async attempt<Reply>(work: Work<Reply>, patience = new Patience()): Promise<Reply | typeof conflict> {
    const session = await this.#take();
    try {
      patience.check();
      session.startTransaction(options);
      const { commit: wanted, reply } = await work(session);
      if (wanted) await commit(session, patience);
      return reply;
    } catch (error) {
      if (isConflict(error)) return conflict;
      throw error;
    } finally {
      this.#end(session);
    }
  }

  /** Runs `work` anew, after a growing random wait, until it meets nobody; rejects with `store-unavailable` if it always does. */
  async retry<Reply>(work: Work<Reply>, patience = new Patience()): Promise<Reply> {
    for (let tries = 0; ; tries++) {
      const reply = await this.attempt(work, patience);
      if (reply !== conflict) return reply;
      await pause(backoffMs(tries, retryBackoff, systemRandom));
    }
  }

  #take(): Promise<ClientSession> {
    const session = this.#free.pop();
    return session ? Promise.resolve(session) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Nobody waits for an abort: its transaction has no effect whether the server learns of it now or at its limit. */
  #end(session: ClientSession): void {
    const ended = session.inTransaction() ? session.abortTransaction() : Promise.resolve();
    const release = (): void => {
      const next = this.#waiting.shift();
      if (next) next(session);
      else this.#free.push(session);
    };
    void ended.then(release, release);
  }
}

/** Ends server sessions of another process with whatever they have open. Without the right to, the server's limit does. */
export async function endSessions(client: MongoClient, ids: Binary[]): Promise<void> {
  try {
    await client.db('admin').command({ killSessions: ids.map((id) => ({ id })) });
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
}

/** Repeats a commit whose result is unknown: the server answers the same however often it is asked. */
async function commit(session: ClientSession, patience: Patience): Promise<void> {
  for (;;) {
    try {
      return await session.commitTransaction();
    } catch (error) {
      if (!(isUnknownCommit(error) || isInterrupted(error)) || patience.isOver()) throw error;
    }
  }
}
