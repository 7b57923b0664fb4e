import { describe, expect, it } from 'vitest';
import type { ScheduleStore } from '../../../../shared/store/store.js';
import { redefineTimer } from '../../../../shared/timers/redefinition.js';
import { dayMs } from '../../../support/factories.js';
import { claimAs, executionsOf, leadMs, me, settleAs, setup, startAs, wishFor } from './world.js';

describe('the scheduler', () => {
  it('claims what falls due within the look-ahead and publishes it a lead before its instant', async () => {
    const { service, clock, create, published } = await setup();
    const timer = await create(1_500, 'soon');
    await service.start();
    await clock.advance(3_000);
    expect(published).toHaveLength(1);
    const [message] = published;
    expect(message!.at).toBe(timer.next!.dueAt - leadMs);
    expect(message!.execution).toMatchObject({
      timerId: 'soon',
      claim: 1,
      attempt: 0,
      generation: 1,
      callAt: timer.next!.dueAt,
    });
    expect(message!.definition).toEqual(timer.definition);
  });

  it('leaves what is further away unclaimed until its time comes near', async () => {
    const { service, clock, create, store, ids } = await setup();
    await create(10_000, 'far');
    await service.start();
    await clock.advance(7_000);
    expect(await executionsOf(store, 'far')).toEqual([]);
    await clock.advance(4_000);
    expect(ids()).toEqual(['far']);
  });

  it('claims more than one batch in one look', async () => {
    const { service, clock, create, published } = await setup();
    const timers = Array.from({ length: 2_300 }, (_, i) => i);
    for (const i of timers) await create(1_000, `t${i}`);
    await service.start();
    await clock.advance(1_200);
    expect(new Set(published.map(({ execution }) => execution.id)).size).toBe(2_300);
  });

  it('looks at once when it is nudged for something due now', async () => {
    const { service, clock, create, nudge, ids } = await setup();
    await service.start();
    await clock.advance(100);
    nudge(await create(20, 'urgent'));
    await clock.advance(0);
    expect(ids()).toEqual(['urgent']);
  });

  it('is in time for a timer created 300 ms ahead, between two looks', async () => {
    const { service, clock, create, nudge, published } = await setup();
    await service.start();
    await clock.advance(500);
    const timer = await create(300, 'short');
    nudge(timer);
    await clock.advance(300);
    expect(published.map(({ at }) => at)).toEqual([timer.next!.dueAt - leadMs]);
  });

  it('does not let an urgent timer wait for one that can', async () => {
    const { service, clock, create, nudge, published } = await setup();
    await service.start();
    await clock.advance(500);
    nudge(await create(1_900, 'patient'));
    const urgent = await create(leadMs + 20, 'urgent');
    nudge(urgent);
    await clock.advance(20);
    expect(published.map(({ at }) => at)).toEqual([urgent.next!.dueAt - leadMs]);
  });

  it('claims nothing while another leads, and everything due once it is elected itself', async () => {
    const { service, clock, create, nudge, ids, elect } = await setup({ leads: false });
    await service.start();
    nudge(await create(100, 'waiting'));
    await clock.advance(5_000);
    expect(ids()).toEqual([]);
    elect();
    await clock.advance(0);
    expect(ids()).toEqual(['waiting']);
  });

  it('goes on for a while when the registry is away, then takes no new work until it is back', async () => {
    const { service, clock, create, ids, state } = await setup();
    await service.start();
    await clock.advance(100);
    Object.assign(state, { leads: false, registryAway: true });
    await create(4_000, 'meanwhile');
    await create(20_000, 'too late');
    await clock.advance(30_000);
    expect(ids()).toEqual(['meanwhile']);
    state.registryAway = false;
    await clock.advance(3_000);
    expect(ids()).toContain('too late');
  });

  it('goes on while it is no longer the leader, until the ring has another member', async () => {
    const { service, clock, create, ids, state, registry } = await setup();
    await service.start();
    await clock.advance(100);
    state.leads = false;
    await create(4_000, 'mine');
    await clock.advance(5_000);
    const versions = [{ number: 2, members: ['scheduler-2'], effectiveFrom: clock.now() }];
    expect(await registry.write('ring', { versions }, { expected: 1 })).toBe(2);
    await create(4_000, 'theirs');
    await clock.advance(5_000);
    expect(ids()).toEqual(['mine']);
  });

  it('claims nothing while its own lease is in doubt', async () => {
    const { service, clock, create, ids, state } = await setup();
    state.holds = false;
    await create(100, 'waiting');
    await service.start();
    await clock.advance(3_000);
    expect(ids()).toEqual([]);
    state.holds = true;
    await clock.advance(1_000);
    expect(ids()).toEqual(['waiting']);
  });

  it('lets one timer in conflict not hold up the rest of its batch', async () => {
    const poisoned = (schedule: ScheduleStore): ScheduleStore => ({
      ...bound(schedule),
      claim: (claims) =>
        claims.some(({ timer }) => timer.id === 't7') ? Promise.resolve('conflict') : schedule.claim(claims),
    });
    const { service, clock, create, published } = await setup({ wrapSchedule: poisoned });
    for (let i = 0; i < 50; i++) await create(500, `t${i}`);
    await service.start();
    await clock.advance(2_000);
    const ids = new Set(published.map(({ execution }) => execution.timerId));
    expect(ids.size).toBe(49);
    expect(ids.has('t7')).toBe(false);
  });

  it('publishes what the broker could not take once it is back', async () => {
    const { service, clock, create, ids, state } = await setup();
    state.queueAway = true;
    await create(100, 'held');
    await service.start();
    await clock.advance(30_000);
    expect(ids()).toEqual([]);
    state.queueAway = false;
    await clock.advance(5_000);
    expect(ids()).toEqual(['held']);
  });

  it('claims a retry at its time with the definition it was claimed under', async () => {
    const { service, clock, create, published, timers, store } = await setup();
    const timer = await create(100, 'again');
    await service.start();
    await clock.advance(200);
    const { execution } = published[0]!;
    const worker = 'worker-1~w';
    await startAs(store, published[0]!, { worker, now: clock.now(), until: clock.now() + 60_000 });
    await timers.change(timer, (current) => ({
      change: redefineTimer(
        current!,
        wishFor({
          schedule: { kind: 'at', at: clock.now() + dayMs },
          target: { ...timer.definition.target, url: 'http://127.0.0.1:9/new' },
          digest: 'new',
        }),
        { now: clock.now(), expireAt: clock.now() + dayMs },
      ),
      reply: null,
    }));
    const verdict = { state: 'retrying' as const, at: clock.now() + 5_000, reason: 'no' };
    await settleAs(store, published[0]!, { worker, now: clock.now(), verdict });
    await clock.advance(6_000);
    expect(published).toHaveLength(2);
    expect(published[1]!.at).toBe(verdict.at - leadMs);
    expect(published[1]!.execution).toMatchObject({
      id: execution.id,
      claim: 2,
      attempt: 1,
      callAt: verdict.at,
    });
    expect(published[1]!.definition).toEqual(timer.definition);
  });

  it('hands back what it has not published when it stops', async () => {
    const { service, clock, create, store, ids } = await setup();
    await create(1_500, 'held');
    await service.start();
    await clock.advance(100);
    await service.stop();
    expect(ids()).toEqual([]);
    const [execution] = await executionsOf(store, 'held');
    expect(execution).toMatchObject({ state: 'claimed', holder: null, wakeAt: clock.now() });
  });

  it('publishes nothing more of an incarnation that was declared gone', async () => {
    const { service, clock, create, ids, declareMeGone, state } = await setup();
    await create(1_500, 'held');
    await service.start();
    await clock.advance(100);
    declareMeGone();
    state.holds = false;
    await clock.advance(5_000);
    expect(ids()).toEqual([]);
  });

  it('closes a timer that was left open after its last execution had ended', async () => {
    const { service, clock, create, timers, schedule } = await setup();
    const timer = await create(60_000, 'left');
    await claimAs(schedule, timer, { holder: me, now: clock.now() });
    await timers.change(timer, (current) => ({
      change: {
        timer: current!.timer,
        retire: null,
        insert: [],
        withdraw: [],
        update: current!.open.map((execution) => ({ ...execution, state: 'cancelled', settledAt: 1 })),
        expireAt: clock.now() + dayMs,
      },
      reply: null,
    }));
    expect((await timers.read(timer))!.state).toBe('active');
    await service.start();
    await clock.advance(700_000);
    expect((await timers.read(timer))!.state).toBe('completed');
  });
});

/** The methods of a store's role as own properties, so that one can be replaced. */
function bound(schedule: ScheduleStore): ScheduleStore {
  return new Proxy({} as ScheduleStore, {
    get: (_target, name: keyof ScheduleStore) => schedule[name].bind(schedule),
    ownKeys: () => [
      'dueTimers',
      'duePauses',
      'claim',
      'closeFinished',
      'dueExecutions',
      'overdueExecutions',
      'heldBy',
      'reclaim',
      'takeOver',
      'handBack',
      'removeExpired',
    ],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  });
}
