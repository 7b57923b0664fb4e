/** ProcessStore on SQLite. The embedded store's clock is the local one. */
import type { ProcessReport, ProcessRow, ProcessStore } from '../processes.js';
import type { Database } from './database.js';

interface Row extends Omit<ProcessRow, 'gone' | 'report'> {
  gone: number;
  report: string;
}

export class SqliteProcesses implements ProcessStore {
  readonly #db: Database;
  readonly #wallClock: () => number;

  constructor(db: Database, wallClock: () => number) {
    this.#db = db;
    this.#wallClock = wallClock;
  }

  register(row: ProcessRow): Promise<void> {
    const text = `INSERT INTO processes (incarnation, name, service, host, pid, counter, gone, startedAt, report)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
    const { incarnation, name, service, host, pid, counter, gone, startedAt, report } = row;
    return this.#db.write(() => {
      this.#db
        .sql(text)
        .run(incarnation, name, service, host, pid, counter, Number(gone), startedAt, JSON.stringify(report));
    });
  }

  renew(incarnation: string, counter: number, report: ProcessReport): Promise<boolean> {
    const text = 'UPDATE processes SET counter = ?, report = ? WHERE incarnation = ? AND gone = 0';
    return this.#db.write(
      () => this.#db.sql(text).run(counter, JSON.stringify(report), incarnation).changes === 1,
    );
  }

  list(): Promise<ProcessRow[]> {
    const text = 'SELECT * FROM processes ORDER BY incarnation';
    return this.#db.read(() =>
      (this.#db.sql(text).all() as Row[]).map((row) => ({
        ...row,
        gone: row.gone === 1,
        report: JSON.parse(row.report) as ProcessReport,
      })),
    );
  }

  declareGone(incarnation: string, counter: number): Promise<boolean> {
    return this.#db.write(() => {
      const declare = this.#db.sql('UPDATE processes SET gone = 1 WHERE incarnation = ? AND counter = ?');
      const alive = this.#db.sql('SELECT 1 FROM processes WHERE incarnation = ? AND gone = 0');
      declare.run(incarnation, counter);
      return alive.get(incarnation) === undefined;
    });
  }

  forget(incarnation: string): Promise<void> {
    return this.#db.write(() => {
      const remove = this.#db.sql('DELETE FROM processes WHERE incarnation = ?');
      remove.run(incarnation);
    });
  }

  async time(): Promise<{ source: string; time: number }> {
    return { source: 'local', time: this.#wallClock() };
  }
}
