import { describe, expect, it } from 'vitest';
import { CarillonError } from '../../../../shared/base/errors.js';
import { Presence } from '../../../../shared/presence/presence.js';
import type { ProcessRow, ProcessStore } from '../../../../shared/store/processes.js';
import { createLogger } from '../../../../shared/telemetry/logger.js';
import { baseTime } from '../../../support/factories.js';
import { ManualClock } from '../../../support/manual-clock.js';

const identity = { name: 'worker-1', service: 'worker', host: 'machine', pid: 7 };

function fakeProcesses() {
  const rows = new Map<string, ProcessRow>();
  const store = {
    rows,
    isAway: false,
    /** Called before each renewal, and may hold it up. */
    beforeRenew: async (): Promise<void> => undefined,
    processes: {} as ProcessStore,
  };
  const reachable = (): void => {
    if (store.isAway) throw new CarillonError('store-unavailable', 'away');
  };
  store.processes = {
    async register(row) {
      reachable();
      rows.set(row.incarnation, row);
    },
    async renew(incarnation, counter, report) {
      await store.beforeRenew();
      reachable();
      const row = rows.get(incarnation);
      if (!row || row.gone) return false;
      rows.set(incarnation, { ...row, counter, report });
      return true;
    },
    async list() {
      reachable();
      return [...rows.values()];
    },
    async declareGone(incarnation, counter) {
      reachable();
      const row = rows.get(incarnation)!;
      if (row.counter === counter) rows.set(incarnation, { ...row, gone: true });
      return rows.get(incarnation)!.gone;
    },
    async forget(incarnation) {
      reachable();
      rows.delete(incarnation);
    },
    async time() {
      reachable();
      return { source: 'primary', time: baseTime };
    },
  };
  return store;
}

function setup({ alive = [] as number[] } = {}) {
  const store = fakeProcesses();
  const clock = new ManualClock(baseTime);
  const presence = new Presence({
    processes: store.processes,
    clock,
    log: createLogger({ level: 'silent', service: 'worker', name: 'worker-1' }),
    identity,
    skew: { warnMs: 100, refuseMs: 5_000 },
    isAlive: (pid) => alive.includes(pid),
  });
  const row = (changes: Partial<ProcessRow>): ProcessRow => ({
    ...identity,
    incarnation: 'worker-1~old',
    counter: 5,
    gone: false,
    startedAt: baseTime,
    report: {},
    ...changes,
  });
  /** Starts, and lets the first rounds end. */
  const begin = async (): Promise<void> => {
    await presence.start();
    await clock.advance(0);
  };
  return { ...store, store, clock, presence, row, begin };
}

describe('the row', () => {
  it('is there after the start, grows with each second and carries the report', async () => {
    const { presence, rows, clock, begin } = setup();
    presence.reportWith(() => ({ unstarted: 3 }));
    await begin();
    const counter = rows.get(presence.incarnation)!.counter;
    await clock.advance(2_000);
    expect(rows.get(presence.incarnation)).toMatchObject({
      ...identity,
      counter: counter + 2,
      report: { unstarted: 3 },
    });
  });

  it('carries what each part reports, beside when it was told and the skew', async () => {
    const { presence, rows, clock, begin } = setup();
    clock.skew = 12.4;
    presence.reportWith(() => ({ unstarted: 3 }));
    presence.reportWith(() => ({ settingsVersion: 2 }));
    await begin();
    await clock.advance(1_000);
    const report = { unstarted: 3, settingsVersion: 2, skewMs: 12, toldAt: baseTime + 1_000 };
    expect(rows.get(presence.incarnation)!.report).toEqual(report);
  });

  it('is not enough for new work where something else is required', async () => {
    const { presence, begin } = setup();
    let isVerified = true;
    presence.require(() => isVerified);
    await begin();
    expect(presence.holds()).toBe(true);
    isVerified = false;
    expect(presence.holds()).toBe(false);
  });

  it('is removed when the process resigns, and the lease ends with it', async () => {
    const { presence, rows, begin } = setup();
    await begin();
    await presence.stop();
    expect([rows.size, presence.holds()]).toEqual([0, false]);
  });

  it('is registered later when the store was away at the start', async () => {
    const { presence, store, clock, rows, begin } = setup();
    store.isAway = true;
    await begin();
    expect([rows.size, presence.holds()]).toEqual([0, false]);
    store.isAway = false;
    await clock.advance(1_000);
    expect([rows.size, presence.holds()]).toEqual([1, true]);
  });

  it('is of another incarnation where it is not known whether the first was registered', async () => {
    const { presence, store, clock, rows, begin } = setup();
    const { register } = store.processes;
    const first = presence.incarnation;
    store.processes.register = async (row) => {
      await register(row);
      throw new CarillonError('store-unavailable', 'the reply was lost');
    };
    await begin();
    store.processes.register = register;
    await clock.advance(1_000);
    expect([presence.incarnation === first, presence.holds()]).toEqual([false, true]);
    expect(rows.get(first)).toMatchObject({ gone: true });
    expect(rows.get(presence.incarnation)).toMatchObject({ gone: false });
  });

  it('is renewed with a reading of the store’s clock', async () => {
    const { clock, begin } = setup();
    await begin();
    expect(clock.readings[0]).toMatchObject({ source: 'primary', time: baseTime });
  });
});

describe('the lease', () => {
  it('ends three seconds after the last renewal was sent', async () => {
    const { presence, store, clock, begin } = setup();
    await begin();
    store.isAway = true;
    await clock.advance(2_999);
    expect(presence.holds()).toBe(true);
    await clock.advance(1);
    expect(presence.holds()).toBe(false);
  });

  it('counts from when the renewal was sent, not from its reply', async () => {
    const { presence, store, clock, begin } = setup();
    await begin();
    let reply = (): void => undefined;
    store.beforeRenew = () => new Promise((resolve) => (reply = resolve));
    await clock.advance(3_500);
    expect(presence.holds()).toBe(false);
    reply();
    await clock.advance(0);
    expect(presence.holds(499)).toBe(true);
    expect(presence.holds(500)).toBe(false);
  });

  it('is held for a margin only when that much of it is left', async () => {
    const { presence, store, clock, begin } = setup();
    await begin();
    store.isAway = true;
    await clock.advance(2_000);
    expect([presence.holds(999), presence.holds(1_000)]).toEqual([true, false]);
  });

  it('comes back with the store', async () => {
    const { presence, store, clock, begin } = setup();
    await begin();
    store.isAway = true;
    await clock.advance(10_000);
    store.isAway = false;
    await clock.advance(1_000);
    expect(presence.holds()).toBe(true);
  });

  it('is no leave to work while the clock is not trusted or absurdly wrong', async () => {
    const { presence, clock, begin } = setup();
    await begin();
    clock.isReady = false;
    expect(presence.holds()).toBe(false);
    clock.isReady = true;
    clock.skew = -5_001;
    expect(presence.holds()).toBe(false);
    clock.skew = -5_000;
    expect(presence.holds()).toBe(true);
  });
});

describe('declared gone', () => {
  it('the process goes on as a new incarnation and tells who listens', async () => {
    const { presence, rows, clock, begin } = setup();
    const ended: string[] = [];
    presence.onGone((old) => ended.push(old));
    await begin();
    const old = presence.incarnation;
    rows.set(old, { ...rows.get(old)!, gone: true });
    await clock.advance(1_000);
    expect(ended).toEqual([old]);
    expect(presence.incarnation).toMatch(/^worker-1~/);
    expect(presence.incarnation).not.toBe(old);
    expect(rows.get(presence.incarnation)).toMatchObject({ gone: false });
    expect(presence.holds()).toBe(true);
  });

  it('it holds nothing at the moment when the listeners are told', async () => {
    const { presence, rows, clock, begin } = setup();
    const held: boolean[] = [];
    presence.onGone(() => held.push(presence.holds()));
    await begin();
    rows.delete(presence.incarnation);
    await clock.advance(1_000);
    expect(held).toEqual([false]);
  });

  it('and the store away: it is a new incarnation without a lease until it can register', async () => {
    const { presence, rows, store, clock, begin } = setup();
    await begin();
    const old = presence.incarnation;
    rows.delete(old);
    const { register } = store.processes;
    store.processes.register = () => Promise.reject(new CarillonError('store-unavailable', 'away'));
    await clock.advance(1_000);
    expect([presence.incarnation === old, presence.holds()]).toEqual([false, false]);
    store.processes.register = register;
    await clock.advance(1_000);
    expect(presence.holds()).toBe(true);
  });
});

describe('a namesake', () => {
  it('of this host whose process is dead is declared gone at once', async () => {
    const { rows, row, begin } = setup();
    rows.set('worker-1~old', row({ pid: 6 }));
    await begin();
    expect(rows.get('worker-1~old')!.gone).toBe(true);
  });

  it('of this host with our own process id is an earlier life', async () => {
    const { rows, row, begin } = setup({ alive: [identity.pid] });
    rows.set('worker-1~old', row({ pid: identity.pid }));
    await begin();
    expect(rows.get('worker-1~old')!.gone).toBe(true);
  });

  it.each([
    ['whose process lives', { pid: 6 }],
    ['of another host', { pid: 5, host: 'elsewhere' }],
    ['by another name', { pid: 5, name: 'worker-2' }],
  ])('%s is left alone', async (_title, changes) => {
    const { rows, row, begin } = setup({ alive: [6] });
    rows.set('worker-1~old', row(changes));
    await begin();
    expect(rows.get('worker-1~old')!.gone).toBe(false);
  });
});
