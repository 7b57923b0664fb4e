/** KeyStore on SQLite. */
import type { ChangeRecord } from '../../timers/change-record.js';
import type { ApiKey, KeyQuery, KeyStore, KeyUse } from '../keys.js';
import { insertRecord } from './change-records.js';
import type { Database } from './database.js';

interface Row extends Omit<ApiKey, 'namespaces' | 'previous'> {
  namespaces: string;
  previous: string | null;
}

const columns = [
  'id',
  'version',
  'name',
  'description',
  'role',
  'namespaces',
  'digest',
  'previous',
  'createdAt',
  'createdBy',
  'rotatedAt',
  'expiresAt',
  'lastUsedAt',
] as const;

export class SqliteKeys implements KeyStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  create(key: ApiKey, { most, record }: { most: number; record: ChangeRecord }): Promise<boolean> {
    const places = columns.map(() => '?').join(', ');
    return this.#db.write(() => {
      if (this.#read(key.id)) return true;
      const alike = this.#db.sql(
        `SELECT count(*) AS count FROM apiKeys AS k WHERE EXISTS (
           SELECT 1 FROM json_each(k.namespaces) WHERE value IN (SELECT value FROM json_each(?)))`,
      );
      const { count } = alike.get(JSON.stringify(key.namespaces)) as { count: number };
      if (count >= most) return false;
      const row = rowOf(key);
      this.#db
        .sql(`INSERT INTO apiKeys (${columns.join(', ')}) VALUES (${places})`)
        .run(...columns.map((column) => row[column]));
      insertRecord(this.#db, record);
      return true;
    });
  }

  read(ids: readonly string[]): Promise<ApiKey[]> {
    return this.#db.read(() => ids.flatMap((id) => this.#read(id) ?? []));
  }

  list({ within, after, limit }: KeyQuery): Promise<ApiKey[]> {
    const inside = `AND NOT EXISTS (
      SELECT 1 FROM json_each(k.namespaces) WHERE value NOT IN (SELECT value FROM json_each(?)))`;
    const text = `SELECT * FROM apiKeys AS k WHERE id > ? ${within ? inside : ''} ORDER BY id LIMIT ?`;
    const bounds = within ? [JSON.stringify(within)] : [];
    return this.#db.read(() => (this.#db.sql(text).all(after ?? '', ...bounds, limit) as Row[]).map(keyOf));
  }

  replace(key: ApiKey, record: ChangeRecord): Promise<boolean> {
    const changing = columns.filter((column) => column !== 'id' && column !== 'lastUsedAt');
    const sets = changing.map((column) => `${column} = ?`).join(', ');
    const row = rowOf({ ...key, version: key.version + 1 });
    return this.#db.write(() => {
      const replace = this.#db.sql(`UPDATE apiKeys SET ${sets} WHERE id = ? AND version = ?`);
      const values = changing.map((column) => row[column]);
      return this.#recorded(replace.run(...values, key.id, key.version).changes === 1, record);
    });
  }

  remove({ id, version }: Pick<ApiKey, 'id' | 'version'>, record: ChangeRecord): Promise<boolean> {
    return this.#db.write(() => {
      const remove = this.#db.sql('DELETE FROM apiKeys WHERE id = ? AND version = ?');
      return this.#recorded(remove.run(id, version).changes === 1, record);
    });
  }

  markUsed(uses: readonly KeyUse[]): Promise<void> {
    return this.#db.write(() => {
      const mark = this.#db.sql(
        'UPDATE apiKeys SET lastUsedAt = ? WHERE id = ? AND (lastUsedAt IS NULL OR lastUsedAt < ?)',
      );
      for (const { id, at } of uses) mark.run(at, id, at);
    });
  }

  #read(id: string): ApiKey | null {
    const row = this.#db.sql('SELECT * FROM apiKeys WHERE id = ?').get(id) as Row | undefined;
    return row ? keyOf(row) : null;
  }

  #recorded(done: boolean, record: ChangeRecord): boolean {
    if (done) insertRecord(this.#db, record);
    return done;
  }
}

function rowOf({ namespaces, previous, ...rest }: ApiKey): Row {
  return {
    ...rest,
    namespaces: JSON.stringify(namespaces),
    previous: previous && JSON.stringify(previous),
  };
}

function keyOf({ namespaces, previous, ...rest }: Row): ApiKey {
  return {
    ...rest,
    namespaces: JSON.parse(namespaces) as string[],
    previous: previous === null ? null : (JSON.parse(previous) as ApiKey['previous']),
  };
}
