/**
 * How long lists and counts take with 1,000,000 timers and 5,000,000 executions: fills a SQLite file by plain SQL, asks each
 * question several times through the store, and prints the times with the plan that SQLite names.
 */
import { DatabaseSync } from '@photostructure/sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../shared/store/sqlite/database.js';
import { openSqliteStore } from '../../shared/store/sqlite/sqlite-store.js';
import type { Store } from '../../shared/store/store.js';
import { baseTime, makeExecution, makeTimer } from '../support/factories.js';

const [timers = 1_000_000, executions = 5_000_000] = process.argv.slice(2).map(Number);
const rounds = 7;
const hourMs = 3_600_000;
const page = { namespace: 'default', limit: 1_000 };

/** Each question with what it is called in the table. */
const timerQuestions = {
  'by id': {},
  'idPrefix, one in 100': { idPrefix: 't00' },
  'state=paused, one in 100': { state: 'paused' },
  'tag, one in 1,000': { tag: 'tag-7' },
  'host, one in 100': { host: 'host-7.example' },
  'host and state=paused': { host: 'host-7.example', state: 'paused' },
  'due within an hour': { order: 'nextDueAt', dueBefore: baseTime + hourMs },
  'due within an hour, with a tag': { order: 'nextDueAt', dueBefore: baseTime + hourMs, tag: 'tag-7' },
  'created within an hour': { order: 'createdAt', createdAfter: baseTime - hourMs },
} as const;

const executionQuestions = {
  'newest first': {},
  'of one timer': { timerId: 't000007' },
  'state=failed, one in 1,000': { state: 'failed' },
  'state=running, one in 10,000': { state: 'running' },
  'state=failed of a host': { state: 'failed', host: 'host-7.example' },
  'host, within an hour': { host: 'host-7.example', scheduledAfter: baseTime - hourMs },
  'outcome=lost, within an hour': { outcome: 'lost', scheduledAfter: baseTime - hourMs },
  'a day in the middle': {
    scheduledBefore: baseTime - 240 * hourMs,
    scheduledAfter: baseTime - 264 * hourMs,
  },
} as const;

interface Row {
  what: string;
  times: number[];
  rows: number;
  plan: string;
}

const folder = mkdtempSync(join(tmpdir(), 'carillon-queries-'));
try {
  const path = join(folder, 'carillon.db');
  await fill(path);
  const plans = watchPlans();
  const store = await openSqliteStore({ path });
  const table = [...(await timesOfTimers(store, plans)), ...(await timesOfExecutions(store, plans))];
  await store.close();
  print(table);
} finally {
  rmSync(folder, { recursive: true });
}

/** Lets the store make one row of each, and multiplies them; the indexes are made when all rows are there. */
async function fill(path: string): Promise<void> {
  const store = await openSqliteStore({ path });
  const timer = makeTimer({ id: 'pattern' });
  const insert = [makeExecution(timer)];
  const change = { timer, retire: null, insert, update: [], withdraw: [], expireAt: 0 };
  await store.timers.change(timer, () => ({ change: change, reply: null }));
  await store.close();
  const db = new DatabaseSync(path);
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA temp_store = MEMORY;');
  const made = db
    .prepare(
      `SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL`,
    )
    .all() as { type: string; name: string; sql: string }[];
  for (const { type, name } of made) db.exec(`DROP ${type} ${name}`);
  multiply(db, 'timers', timers, {
    id: `printf('t%06d', i)`,
    uid: `printf('uid-%d', i)`,
    host: `'host-' || (i % 100) || '.example'`,
    state: `iif(i % 100 = 7, 'paused', 'active')`,
    tags: `json_array('tag-' || (i % 1000))`,
    nextDueAt: `${baseTime} + (i * 7919) % ${30 * 24 * hourMs}`,
    createdAt: `${baseTime} - i * 1000`,
  });
  multiply(db, 'executions', executions, {
    id: `printf('uid-%d-%d', i % ${timers}, i)`,
    timerId: `printf('t%06d', i % ${timers})`,
    host: `'host-' || (i % 100) || '.example'`,
    state: `CASE WHEN i % 1000 = 7 THEN 'failed' WHEN i % 10000 = 3 THEN 'running' ELSE 'succeeded' END`,
    outcome: `iif(i % 1000 = 7, iif(i % 3 = 0, 'lost', 'failed'), 'succeeded')`,
    scheduledFor: `${baseTime} - i * 518`,
  });
  db.exec(`DELETE FROM timerTags; INSERT INTO timerTags SELECT namespace, value, timers.id FROM timers, json_each(tags);
    DELETE FROM timerCounts; INSERT INTO timerCounts SELECT namespace, state, count(*) FROM timers GROUP BY 1, 2;`);
  for (const { sql } of made) db.exec(sql);
  db.close();
}

/** @param columns what differs from the pattern, by `i` */
function multiply(
  db: InstanceType<typeof DatabaseSync>,
  table: string,
  count: number,
  columns: Record<string, string>,
): void {
  const all = (db.prepare(`SELECT name FROM pragma_table_info('${table}')`).all() as { name: string }[]).map(
    ({ name }) => name,
  );
  const values = all.map((name) => columns[name] ?? `pattern.${name}`);
  db.exec(`WITH RECURSIVE numbers(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < ${count - 1})
    INSERT INTO ${table} (${all.join(', ')})
    SELECT ${values.join(', ')} FROM numbers, (SELECT * FROM ${table} LIMIT 1) AS pattern`);
}

function watchPlans(): { last: string } {
  const seen = { last: '' };
  const { sql } = Database.prototype;
  Database.prototype.sql = function (text) {
    if (
      text.startsWith('SELECT timers.') ||
      text.startsWith('SELECT id,') ||
      text.startsWith('SELECT count')
    ) {
      const steps = sql.call(this, `EXPLAIN QUERY PLAN ${text}`).all() as { detail: string }[];
      seen.last = steps.map(({ detail }) => detail).join('; ');
    }
    return sql.call(this, text);
  };
  return seen;
}

async function timesOfTimers(store: Store, plans: { last: string }): Promise<Row[]> {
  const table: Row[] = [];
  for (const [what, filter] of Object.entries(timerQuestions)) {
    const query = { ...page, ...filter, after: null };
    table.push(await measured(`timers ${what}: page of 1,000`, plans, () => bounded(store.timers, query)));
    table.push(
      await measured(`timers ${what}: count`, plans, async () => (await store.timers.count(query)).count),
    );
  }
  return table;
}

async function timesOfExecutions(store: Store, plans: { last: string }): Promise<Row[]> {
  const table: Row[] = [];
  for (const [what, filter] of Object.entries(executionQuestions)) {
    const query = { ...page, ...filter, before: null };
    table.push(
      await measured(`executions ${what}: page of 1,000`, plans, () => bounded(store.executions, query)),
    );
    table.push(
      await measured(
        `executions ${what}: count`,
        plans,
        async () => (await store.executions.count(query)).count,
      ),
    );
  }
  return table;
}

/** As the API asks: what may be looked at first, then the rows. */
async function bounded<Query extends object, Place>(
  role: { reach(query: Query): Promise<Place>; list(query: Query): Promise<unknown[]> },
  query: Query,
): Promise<number> {
  const until = await role.reach({ ...query, limit: 5_000 });
  return (await role.list({ ...query, until })).length;
}

async function measured(what: string, plans: { last: string }, ask: () => Promise<number>): Promise<Row> {
  const times: number[] = [];
  let rows = 0;
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    rows = await ask();
    times.push(performance.now() - began);
  }
  return { what, times: times.sort((one, other) => one - other), rows, plan: plans.last };
}

function print(table: Row[]): void {
  const lines = table.map(({ what, times, rows, plan }) => {
    const [median, max] = [times[rounds >> 1]!, times.at(-1)!].map((ms) => ms.toFixed(1));
    return `| ${what} | ${median} | ${max} | ${rows} | ${plan} |`;
  });
  const load = loadavg()[0]!.toFixed(1);
  process.stdout.write(
    `${timers} timers, ${executions} executions, ${cpus().length} cores, load average ${load}\n\n` +
      `| question | median, ms | longest, ms | answer | plan |\n| --- | --- | --- | --- | --- |\n${lines.join('\n')}\n`,
  );
}
