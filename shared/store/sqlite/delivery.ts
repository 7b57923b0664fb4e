/** DeliveryStore on SQLite: what a worker starts, defers and settles. */
import type { Definition } from '../../timers/timer.js';
import type { Deferral, DefinitionRef, DeliveryStore, Runner, Settlement, Start, Started } from '../store.js';
import { definitionKey } from '../store.js';
import type { Database } from './database.js';
import { isHeldState } from './schema.js';
import { settle } from './settling.js';
import { start } from './starting.js';

export class SqliteDelivery implements DeliveryStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  start(starts: Start[], by: Runner): Promise<Started> {
    return this.#db.write(() => start(this.#db, starts, by));
  }

  aborts(runner: string): Promise<string[]> {
    const text = `SELECT id FROM executions WHERE ${isHeldState} AND holder = ? AND abort = 1`;
    return this.#db.read(() => (this.#db.sql(text).all(runner) as { id: string }[]).map(({ id }) => id));
  }

  defer(deferrals: Deferral[]): Promise<void> {
    return this.#db.write(() => {
      const defer = this.#db.sql(
        `UPDATE executions SET state = 'deferred', reason = ?, holder = NULL, wakeAt = ?, deferrals = deferrals + 1
         WHERE id = ? AND generation = ? AND claim = ? AND state = 'claimed'`,
      );
      for (const { id, generation, claim, until, reason } of deferrals)
        defer.run(reason, until, id, generation, claim);
    });
  }

  settle(settlements: Settlement[]): Promise<Set<number>> {
    return this.#db.write(() => settle(this.#db, settlements));
  }

  definitions(refs: DefinitionRef[]): Promise<Map<string, Definition>> {
    return this.#db.read(() => {
      const present = this.#db.sql(
        'SELECT definition FROM timers WHERE namespace = ? AND id = ? AND uid = ?',
      );
      const retired = this.#db.sql('SELECT definition FROM definitions WHERE uid = ? AND version = ?');
      const found = new Map<string, Definition>();
      for (const ref of refs) {
        const rows = [present.get(ref.namespace, ref.id, ref.uid), retired.get(ref.uid, ref.version)];
        const definition = (rows as ({ definition: string } | undefined)[])
          .map((row) => row && (JSON.parse(row.definition) as Definition))
          .find((candidate) => candidate?.version === ref.version);
        if (definition) found.set(definitionKey(ref), definition);
      }
      return found;
    });
  }
}
