/** DocumentStore on SQLite. */
import type { DocumentStore, StoredDocument, WriteCondition } from '../store.js';
import { insertRecord } from './change-records.js';
import type { Database } from './database.js';

interface Row extends Omit<StoredDocument, 'value'> {
  value: string;
}

export class SqliteDocuments implements DocumentStore {
  readonly #db: Database;
  readonly #wallClock: () => number;

  constructor(db: Database, wallClock: () => number) {
    this.#db = db;
    this.#wallClock = wallClock;
  }

  read(name: string): Promise<StoredDocument | null> {
    return this.#db.read(() => {
      const read = this.#db.sql('SELECT version, value, writtenAt FROM documents WHERE name = ?');
      const row = read.get(name) as Row | undefined;
      return row ? { ...row, value: JSON.parse(row.value) as unknown } : null;
    });
  }

  write(name: string, value: unknown, { expected, guard, record }: WriteCondition): Promise<number | null> {
    return this.#db.write(() => {
      const write = this.#db.sql(
        `INSERT INTO documents (name, version, value, writtenAt) VALUES (?, ?, ?, ?)
         ON CONFLICT (name) DO UPDATE
         SET version = excluded.version, value = excluded.value, writtenAt = excluded.writtenAt`,
      );
      if (this.#versionOf(name) !== expected) return null;
      if (guard && this.#versionOf(guard.name) !== guard.version) return null;
      write.run(name, expected + 1, JSON.stringify(value), this.#wallClock());
      if (record) insertRecord(this.#db, record);
      return expected + 1;
    });
  }

  /** 0 for a document that is absent. */
  #versionOf(name: string): number {
    const read = this.#db.sql('SELECT version FROM documents WHERE name = ?');
    return (read.get(name) as { version: number } | undefined)?.version ?? 0;
  }
}
