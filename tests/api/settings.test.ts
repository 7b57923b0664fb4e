import { describe, expect, it } from 'vitest';
import { settingsDocument } from '../../shared/settings/announcement.js';
import { commitMs } from '../../shared/settings/timeline.js';
import type { SettingsAnswer } from '../../services/api/schemas/settings.js';
import { openWorld } from './world.js';

const url = '/v1/settings';
/** What the world's API enforces, and what it adds for the writing. */
const noticeMs = 15_000 + commitMs;

async function setup() {
  const world = await openWorld();
  // The embedded store stamps by the local clock, so this API lives by it too.
  await world.clock.advance(Math.max(0, (await world.store.processes.time()).time - world.clock.now()));
  const put = (body: unknown) => world.call('PUT', url, { body });
  const read = async () => (await world.call('GET', url)).body as unknown as SettingsAnswer;
  const inMs = (ms: number) => new Date(world.clock.now() + ms).toISOString();
  return { ...world, put, read, inMs };
}

describe('settings', () => {
  it('are as configured before any version is announced', async () => {
    const { read, inMs } = await setup();
    expect(await read()).toEqual({
      current: null,
      future: [],
      past: [],
      void: [],
      earliest: inMs(noticeMs),
      processes: [],
    });
  });

  it('hold from the announced instant on, and are past once others hold', async () => {
    const { put, read, inMs, clock } = await setup();
    const settings = { dispatchPaused: true, lookAheadMs: 3_000, workerConcurrency: 8 };
    const paused = await put({ effectiveFrom: inMs(20_000), settings });
    expect(paused).toMatchObject({ status: 200, body: { version: 1, settings } });
    await put({ effectiveFrom: inMs(30_000), settings: {} });
    const versions = async () => {
      const { current, future, past } = await read();
      return [current?.version, future.map(({ version }) => version), past.map(({ version }) => version)];
    };
    await clock.advance(19_999);
    expect(await versions()).toEqual([undefined, [1, 2], []]);
    await clock.advance(1);
    expect(await versions()).toEqual([1, [2], []]);
    await clock.advance(10_000);
    expect(await versions()).toEqual([2, [], [1]]);
  });

  it('are refused for an instant that is too soon, with the earliest that is accepted, which then is', async () => {
    const { put, inMs } = await setup();
    const refused = await put({ effectiveFrom: inMs(noticeMs - 1), settings: {} });
    expect(refused).toMatchObject({ status: 409, body: { code: 'settings-too-soon' } });
    expect(refused.body.errors).toMatchObject([{ pointer: '/effectiveFrom', in: 'body' }]);
    expect(refused.body.detail).toContain(inMs(noticeMs));
    expect(await put({ effectiveFrom: inMs(noticeMs), settings: {} })).toMatchObject({ status: 200 });
  });

  it('are announced for the earliest instant when none is named', async () => {
    const { put, inMs } = await setup();
    const { body } = await put({ settings: { dispatchPaused: true } });
    expect(body).toMatchObject({ effectiveFrom: inMs(noticeMs) });
  });

  it.each([
    [{ settings: { colour: 'red' } }, '/settings/colour'],
    [{ settings: { lookAheadMs: 1_000 } }, '/settings/lookAheadMs'],
    [{ settings: { workerConcurrency: 3 } }, '/settings/workerConcurrency'],
    [{ settings: { dispatchPaused: 'yes' } }, '/settings/dispatchPaused'],
    [{ settings: {}, effectiveFrom: 'tomorrow' }, '/effectiveFrom'],
    [{}, '/settings'],
  ])('are refused as %j', async (body, pointer) => {
    const { put, read } = await setup();
    expect(await put(body)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    expect((await read()).future).toEqual([]);
  });

  it('that were written too late for their lead are void, and said to have come too soon', async () => {
    const { put, read, inMs, clock, store } = await setup();
    const { read: readDocument } = store.documents;
    store.documents.read = async (name) => {
      const document = await readDocument.call(store.documents, name);
      return document && { ...document, writtenAt: clock.now() + commitMs + 1 };
    };
    const late = await put({ effectiveFrom: inMs(noticeMs), settings: { dispatchPaused: true } });
    expect(late).toMatchObject({ status: 409, body: { code: 'settings-too-soon' } });
    await clock.advance(noticeMs);
    expect(await read()).toMatchObject({ current: null, future: [], void: [{ version: 1 }] });
  });

  it('of two that are announced at once are both there, in one order for all', async () => {
    const { put, read, store } = await setup();
    const answers = await Promise.all([1, 2, 3].map(() => put({ settings: {} })));
    expect(answers.map(({ body }) => (body as unknown as { version: number }).version).sort()).toEqual([
      1, 2, 3,
    ]);
    expect((await store.documents.read(settingsDocument))!.version).toBe(3);
    const { future } = await read();
    expect(future.length).toBeGreaterThan(0);
  });

  it('tell which process knows which version', async () => {
    const { read, store, clock } = await setup();
    const row = { name: 'worker-1', service: 'worker', host: 'here', pid: 1, counter: 0, gone: false };
    const report = { settingsVersion: 4, toldAt: clock.now() - 700 };
    await store.processes.register({ ...row, incarnation: 'worker-1~a', startedAt: 0, report });
    expect((await read()).processes).toEqual([
      {
        id: 'worker-1~a',
        name: 'worker-1',
        service: 'worker',
        settingsVersion: 4,
        heartbeatAgeMs: 700,
      },
    ]);
  });

  it('cannot be announced while the store cannot be relied on', async () => {
    const { put, presence } = await setup();
    presence.isHeld = false;
    expect(await put({ settings: {} })).toMatchObject({ status: 503, body: { code: 'store-unavailable' } });
  });

  it('lie ahead in bounded number', async () => {
    const { put, inMs } = await setup();
    for (let i = 0; i < 50; i++)
      expect((await put({ effectiveFrom: inMs(60_000 + i), settings: {} })).status).toBe(200);
    const refused = await put({ effectiveFrom: inMs(70_000), settings: {} });
    expect(refused).toMatchObject({ status: 409, body: { code: 'too-many-settings' } });
  });
});
