/** DeliveryStore on SQLite: what a worker starts, defers and settles. */
import type { Definition } from '../../timers/timer.js';
import type { Deferral, DefinitionRef, DeliveryStore, Settlement, Start } from '../store.js';
import { definitionKey } from '../store.js';
import type { Database } from './database.js';
import { settle } from './settling.js';

export class SqliteDelivery implements DeliveryStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  start(starts: Start[], runner: string): Promise<Set<string>> {
    return this.#db.write(() => {
      const start = this.#db.sql(
        `UPDATE executions SET state = 'running', holder = ?, attempt = attempt + 1, wakeAt = ?
         WHERE id = ? AND generation = ? AND claim = ? AND attempt = ? AND state = 'claimed'`,
      );
      const won = this.#db.sql(
        `SELECT 1 FROM executions
         WHERE id = ? AND generation = ? AND claim = ? AND attempt = ? AND state = 'running' AND holder = ?`,
      );
      const winners = starts.filter(
        ({ id, generation, claim, attempt, until }) =>
          start.run(runner, until, id, generation, claim, attempt).changes === 1 ||
          won.get(id, generation, claim, attempt + 1, runner) !== undefined,
      );
      return new Set(winners.map(({ id }) => id));
    });
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

  settle(settlements: Settlement[]): Promise<void> {
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
