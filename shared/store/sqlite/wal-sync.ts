/**
 * Makes what was committed durable without holding up the event loop: the write-ahead log is synced by the thread pool,
 * and all who wait meanwhile share the next sync. This is what `synchronous = FULL` does at each commit, moved off the
 * main thread: SQLite only ever appends to the log, so one sync covers every commit before it
 * (https://sqlite.org/wal.html, "Performance Considerations"). After a sync has failed nobody can know what is on disk,
 * so none is trusted again until the file is opened anew.
 */
import { closeSync, fdatasync, openSync } from 'node:fs';
import { CarillonError, messageOf } from '../../base/errors.js';

type SyncFile = (file: number, done: (error: Error | null) => void) => void;

export class WalSync {
  readonly #file: number;
  readonly #syncFile: SyncFile;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  #failure: CarillonError | null = null;

  /** @param path of the database; its log must exist */
  constructor(path: string, syncFile: SyncFile = fdatasync) {
    this.#syncFile = syncFile;
    this.#file = openSync(`${path}-wal`, 'r+');
  }

  /** Resolves when all that was committed before this call is on disk; rejects with `store-unavailable` if it may not be. */
  synced(): Promise<void> {
    if (!this.#running) return this.#start();
    return (this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    ));
  }

  /** Waits for the syncs under way. */
  async close(): Promise<void> {
    while (this.#running) await this.#running.catch(() => undefined);
    closeSync(this.#file);
  }

  #start(): Promise<void> {
    this.#next = null;
    this.#running = this.#sync().finally(() => {
      if (!this.#next) this.#running = null;
    });
    return this.#running;
  }

  #sync(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#syncFile(this.#file, (error) => {
        if (!error) return resolve();
        this.#failure = new CarillonError(
          'store-unavailable',
          `the store cannot be made durable: ${messageOf(error)}; check the disk and start again`,
          { cause: error, retryable: false },
        );
        reject(this.#failure);
      });
    });
  }
}
