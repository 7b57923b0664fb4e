/**
 * One SQLite file, opened by one process at a time, and the door at which its errors become ours. A transaction runs
 * from begin to commit without giving way to anything else in the process, so two of them never meet; what it wrote is
 * synced before it resolves. Statements are prepared once and kept.
 */
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { CarillonError, messageOf } from '../../base/errors.js';

/** How long an opener waits for a predecessor that is just closing. */
const busyTimeoutMs = 500;

/** Primary result codes, https://sqlite.org/rescode.html. */
const [busy, locked, corrupt, notADatabase] = [5, 6, 11, 26];
/** NOMEM, READONLY, IOERR, FULL, CANTOPEN: the same call may succeed once the machine is well again. */
const passing = [7, 8, 10, 13, 14];

export class Database {
  readonly #db: DatabaseSyncInstance;
  readonly #statements = new Map<string, StatementSyncInstance>();

  /**
   * Opens the file, creates it and its folder where needed, and locks it until it is closed or the process ends.
   * Throws `store-unavailable` when another process has it open, `incompatible-store` when it is no database.
   */
  constructor(path: string) {
    try {
      if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
      this.#db = new DatabaseSync(path, { timeout: busyTimeoutMs });
    } catch (error) {
      throw translated(error, path);
    }
    try {
      // Exclusive before WAL: the lock is then taken at the first access, held for good, and freed by the kernel at the end.
      this.#db.exec(`
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -32768;
        BEGIN EXCLUSIVE;
        COMMIT;
      `);
    } catch (error) {
      this.#db.close();
      throw translated(error, path);
    }
  }

  /** The prepared statement of this text. */
  sql(text: string): StatementSyncInstance {
    let statement = this.#statements.get(text);
    if (!statement) this.#statements.set(text, (statement = this.#db.prepare(text)));
    return statement;
  }

  /** Runs statements that take no parameters. */
  exec(text: string): void {
    this.#db.exec(text);
  }

  /** What `body` writes is written whole and synced, or, when it throws, not at all. */
  async write<Result>(body: () => Result): Promise<Result> {
    try {
      this.sql('BEGIN IMMEDIATE').run();
      const result = body();
      this.sql('COMMIT').run();
      return result;
    } catch (error) {
      if (this.#db.isOpen && this.#db.isTransaction) this.sql('ROLLBACK').run();
      throw translated(error);
    }
  }

  /** What `body` reads is of one moment. */
  async read<Result>(body: () => Result): Promise<Result> {
    try {
      return body();
    } catch (error) {
      throw translated(error);
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }
}

/** Driver errors as ours; anything else as it is. */
function translated(error: unknown, path = 'the store'): unknown {
  const { code, errcode } = error as { code?: string; errcode?: number };
  const fail = (
    kind: 'store-unavailable' | 'incompatible-store' | 'internal',
    message: string,
  ): CarillonError => new CarillonError(kind, message, { cause: error });
  if (code === 'ERR_INVALID_STATE') return fail('store-unavailable', 'the store is closed');
  if (code !== 'ERR_SQLITE_ERROR' || errcode === undefined) return error;
  const primary = errcode & 0xff;
  if (primary === busy || primary === locked)
    return fail(
      'store-unavailable',
      `${path} is open in another process: stop that one first, or name another file`,
    );
  if (primary === corrupt || primary === notADatabase)
    return fail('incompatible-store', `${path} is no sound SQLite database: ${messageOf(error)}`);
  if (passing.includes(primary)) return fail('store-unavailable', `${path}: ${messageOf(error)}`);
  return fail('internal', messageOf(error));
}
