/** The embedded store against the contract that every store keeps, and what is its own: one file, one process. */
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WalSync } from '../../shared/store/sqlite/wal-sync.js';
import { openSqliteStore } from '../../shared/store/sqlite/sqlite-store.js';
import type { Store } from '../../shared/store/store.js';
import { defaultMisfirePolicy } from '../../shared/timers/misfire.js';
import { defaultOverlapPolicy } from '../../shared/timers/overlap.js';
import { makeTimer } from '../support/factories.js';
import { settlePromises } from '../support/manual-clock.js';
import { createRunning, readExecution, readTimer, settlementOf } from './store/steps.js';
import { storeContract } from './store-contract.js';

storeContract('SQLite', async () => {
  const store = await openSqliteStore({ path: ':memory:' });
  return { store, close: () => store.close() };
});

describe('the store in a SQLite file', () => {
  function setup() {
    const folder = mkdtempSync(join(tmpdir(), 'carillon-store-'));
    const opened: Store[] = [];
    onTestFinished(async () => {
      for (const store of opened) await store.close();
      rmSync(folder, { recursive: true });
    });
    const path = join(folder, 'data', 'carillon.db');
    const open = async (file = path): Promise<Store> => {
      const store = await openSqliteStore({ path: file });
      opened.push(store);
      return store;
    };
    return { folder, path, open };
  }

  it('keeps everything when it is closed and opened again', async () => {
    const { open } = setup();
    const timer = makeTimer({ tags: ['x'] });
    const first = await open();
    const running = await createRunning(first, timer);
    await first.delivery.settle([settlementOf(running)]);
    await first.documents.write('ring', { version: 7 }, { expected: 0 });
    const before = [await readTimer(first, timer), await readExecution(first, running)];
    await first.close();

    const second = await open();

    expect([await readTimer(second, timer), await readExecution(second, running)]).toEqual(before);
    expect(await second.documents.read('ring')).toMatchObject({ version: 1, value: { version: 7 } });
    expect(await second.timers.counts()).toMatchObject({ completed: 1 });
  });

  it('refuses a second opener until the first one has closed', async () => {
    const { open } = setup();
    const first = await open();
    await first.timers.create([makeTimer()]);

    await expect(open()).rejects.toMatchObject({
      code: 'store-unavailable',
      retryable: false,
      message: expect.stringContaining('open in another process') as string,
    });

    await first.ping();
    await first.close();
    expect((await (await open()).timers.counts()).active).toBe(1);
  });

  it('is open to a second process as soon as the first one is killed', async () => {
    const { path, open } = setup();
    await (await open()).close();
    const holder = await holdOpen(path);
    await expect(open()).rejects.toMatchObject({ code: 'store-unavailable' });

    holder.kill('SIGKILL');
    await once(holder, 'exit');

    await (await open()).ping();
  });

  it('keeps another process out while it is open', async () => {
    const { path, open } = setup();
    await open();

    await expect(holdOpen(path)).rejects.toThrow('database is locked');
  });

  it.each([
    ['shardCount', 32],
    ['schemaVersion', 99],
  ])('refuses a file of another %s', async (name, value) => {
    const { path, open } = setup();
    await (await open()).close();
    const raw = new DatabaseSync(path);
    raw.prepare('UPDATE meta SET value = ? WHERE name = ?').run(value, name);
    raw.close();

    await expect(open()).rejects.toMatchObject({
      code: 'incompatible-store',
      message: expect.stringContaining(`${name} ${value}`) as string,
    });
  });

  it('refuses a database of something else, and a file that is none', async () => {
    const { folder, open } = setup();
    const [foreign, text] = [join(folder, 'foreign.db'), join(folder, 'text.db')];
    const raw = new DatabaseSync(foreign);
    raw.exec('CREATE TABLE songs (title TEXT)');
    raw.close();
    writeFileSync(text, 'no database, however long this text may be. '.repeat(100));

    await expect(open(foreign)).rejects.toMatchObject({ code: 'incompatible-store' });
    await expect(open(text)).rejects.toMatchObject({ code: 'incompatible-store' });
  });

  it('cannot be kept where there can be no file', async () => {
    const { folder, open } = setup();
    writeFileSync(join(folder, 'file'), '');

    await expect(open(join(folder, 'file', 'carillon.db'))).rejects.toMatchObject({
      code: 'invalid-configuration',
    });
    await expect(open(folder)).rejects.toMatchObject({ code: 'invalid-configuration' });
  });

  it('is unavailable once it is closed', async () => {
    const { open } = setup();
    const store = await open();
    await store.close();
    await store.close();

    await expect(store.ping()).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
    await expect(store.timers.read(makeTimer())).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('acknowledges a write only when the disk has it', async () => {
    const { open } = setup();
    const store = await open();
    let reached: () => void = () => undefined;
    const disk = new Promise<void>((resolve) => (reached = resolve));
    vi.spyOn(WalSync.prototype, 'synced').mockImplementationOnce(() => disk);
    const told: string[] = [];
    const created = store.timers.create([makeTimer()]).then(() => told.push('acknowledged'));
    await settlePromises();
    told.push('synced');
    reached();
    await created;
    expect(told).toEqual(['synced', 'acknowledged']);
  });
});

describe('a SQLite file of an older version', () => {
  const original = readFileSync(join(import.meta.dirname, 'store', 'schema-1.sql'), 'utf8');

  function setup() {
    const folder = mkdtempSync(join(tmpdir(), 'carillon-store-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'carillon.db');
    const withRaw = <Result>(work: (raw: DatabaseSyncInstance) => Result, file = path): Result => {
      mkdirSync(dirname(file), { recursive: true });
      const raw = new DatabaseSync(file);
      const result = work(raw);
      raw.close();
      return result;
    };
    const open = async (file = path): Promise<Store> => {
      const store = await openSqliteStore({ path: file });
      onTestFinished(() => store.close());
      return store;
    };
    return { path, folder, withRaw, open };
  }

  it('is upgraded where it is, and keeps what it has', async () => {
    const { withRaw, open } = setup();
    withRaw((raw) => raw.exec(original));

    const store = await open();

    const timer = await store.timers.read({ namespace: 'default', id: 'tea' });
    expect(timer).toMatchObject({
      uid: 'uid-1',
      tags: ['kitchen'],
      runs: 1,
      manualRuns: 0,
      pause: null,
      busy: null,
      buffered: null,
      definition: { version: 2, misfire: defaultMisfirePolicy, overlap: defaultOverlapPolicy },
    });
    const ref = { namespace: 'default', id: 'tea', uid: 'uid-1' };
    const definitions = await store.delivery.definitions([1, 2].map((version) => ({ ...ref, version })));
    expect([...definitions.values()]).toMatchObject([
      { version: 1, misfire: defaultMisfirePolicy, overlap: defaultOverlapPolicy },
      { version: 2, schedule: { kind: 'at', delayMs: 60_000 } },
    ]);
    const [execution] = await store.executions.list({ namespace: 'default', before: null, limit: 10 });
    expect(execution).toMatchObject({
      held: false,
      abort: false,
      covers: null,
      clockOffsetMs: 0,
      attempt: 1,
    });
    expect(
      (await store.timers.list({ namespace: 'default', after: null, limit: 9, tag: 'kitchen' }))[0],
    ).toEqual(timer);
  });

  it.each([
    ['https://Shop.example/a?b', 'shop.example'],
    ['HTTPS://shop.example:443', 'shop.example'],
    ['http://shop.example:443?x=/', 'shop.example:443'],
    ['http://[::1]:80/', '[::1]'],
    ['http://10.0.0.7:8080/a/b', '10.0.0.7:8080'],
  ])('knows the host of %s afterwards', async (url, host) => {
    const { withRaw, open } = setup();
    withRaw((raw) => {
      raw.exec(original);
      raw.prepare("UPDATE timers SET definition = json_set(definition, '$.target.url', ?)").run(url);
    });

    const store = await open();

    const query = { namespace: 'default', after: null, limit: 9 };
    expect(await store.timers.list({ ...query, host })).toHaveLength(1);
  });

  it('has the tables and indexes of a new one afterwards, and is opened again as such', async () => {
    const { folder, path, withRaw, open } = setup();
    const fresh = join(folder, 'fresh.db');
    withRaw((raw) => raw.exec(original));
    for (const file of [path, fresh]) await (await openSqliteStore({ path: file })).close();

    expect(withRaw(schemaOf)).toEqual(withRaw(schemaOf, fresh));
    expect((await (await open()).timers.counts()).active).toBe(1);
  });

  it('stays as it was where the upgrade fails', async () => {
    const { withRaw, open } = setup();
    withRaw((raw) => raw.exec(`${original} DROP INDEX executionsOverdue;`));
    const before = withRaw(schemaOf);

    await expect(open()).rejects.toMatchObject({ code: 'internal' });

    expect(withRaw(schemaOf)).toEqual(before);
  });
});

/** The columns of each table in the order of their names, and what each index and trigger says. */
function schemaOf(raw: DatabaseSyncInstance): unknown[] {
  return raw
    .prepare(
      `SELECT m.type, m.name, c.name AS "column", c.type AS kind, c."notnull", c.pk,
         iif(m.type = 'table', NULL, replace(replace(m.sql, char(10), ''), ' ', '')) AS sql
       FROM sqlite_schema AS m LEFT JOIN pragma_table_info(iif(m.type = 'table', m.name, '')) AS c
       UNION ALL SELECT 'meta', name, NULL, NULL, NULL, NULL, value FROM meta ORDER BY 1, 2, 3`,
    )
    .all();
}

/** Another process that holds the file as a second Carillon would; rejects with what it says when it cannot. */
async function holdOpen(path: string) {
  const script = `
    import { DatabaseSync } from '@photostructure/sqlite';
    const db = new DatabaseSync(${JSON.stringify(path)});
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;');
    process.stdout.write('open');
    setInterval(() => db, 60_000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const ended = once(child, 'close').then(() => {
    throw new Error(complaint);
  });
  await Promise.race([once(child.stdout, 'data'), ended]);
  return child;
}
