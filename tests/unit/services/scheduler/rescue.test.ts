import { describe, expect, it } from 'vitest';
import { ownerAmong } from '../../../../shared/ring/ring.js';
import { redefineTimer } from '../../../../shared/timers/redefinition.js';
import { dayMs } from '../../../support/factories.js';
import {
  claimAs,
  executionsOf,
  leadMs,
  live,
  me,
  registerProcess,
  setup,
  startAs,
  wishFor,
} from './world.js';

describe('rescue', () => {
  it('publishes what a gone scheduler had claimed, at its instant and not before', async () => {
    const { service, clock, create, published, schedule, store } = await setup();
    const other = await registerProcess(store, 'scheduler-2~dead');
    const timer = await create(10_000, 'inherited');
    const [execution] = await claimAs(schedule, timer, { holder: 'scheduler-2~dead', now: clock.now() });
    await other.renew();
    await service.start();
    await clock.advance(9_900);
    expect(published).toEqual([]);
    expect((await executionsOf(store, 'inherited'))[0]!.holder).toBe(me);
    await clock.advance(200);
    expect(published.map(({ execution: { id, claim }, at }) => ({ id, claim, at }))).toEqual([
      { id: execution!.id, claim: 1, at: timer.next!.dueAt - leadMs },
    ]);
  });

  it('takes up what a dead one held as soon as it has stood still for a lease before its eyes', async () => {
    const { service, clock, create, schedule, store } = await setup();
    const other = await registerProcess(store, 'scheduler-2~dead');
    const timer = await create(60_000, 'inherited');
    await claimAs(schedule, timer, { holder: 'scheduler-2~dead', now: clock.now() });
    await service.start();
    await clock.advance(100);
    await other.renew();
    await clock.advance(3_100);
    expect((await executionsOf(store, 'inherited'))[0]!.holder).toBe('scheduler-2~dead');
    await clock.advance(100);
    expect((await executionsOf(store, 'inherited'))[0]!.holder).toBe(me);
  });

  it('takes up what one held whom another has declared gone, without waiting for its own round', async () => {
    const { service, clock, create, schedule, store } = await setup();
    await registerProcess(store, 'scheduler-2~dead');
    const timer = await create(60_000, 'inherited');
    await claimAs(schedule, timer, { holder: 'scheduler-2~dead', now: clock.now() });
    await service.start();
    await clock.advance(1_100);
    const [row] = await store.processes.list();
    expect(await store.processes.declareGone(row!.incarnation, row!.counter)).toBe(true);
    await clock.advance(200);
    expect((await executionsOf(store, 'inherited'))[0]!.holder).toBe(me);
  });

  it('takes up what a gone one held in shards that become its own, when they do', async () => {
    const { service, clock, create, schedule, store, registry } = await setup({ leads: false });
    const before = { number: 1, members: ['scheduler-2'], effectiveFrom: 0 };
    await registry.write('ring', { versions: [before] }, { expected: 0 });
    await registerProcess(store, 'scheduler-2~dead');
    const timer = await create(60_000, 'inherited');
    await claimAs(schedule, timer, { holder: 'scheduler-2~dead', now: clock.now() });
    await store.processes.declareGone('scheduler-2~dead', 0);
    await service.start();
    await clock.advance(1_100);
    expect((await executionsOf(store, 'inherited'))[0]!.holder).toBe('scheduler-2~dead');
    const after = { number: 2, members: ['scheduler-1'], effectiveFrom: clock.now() };
    await registry.write('ring', { versions: [before, after] }, { expected: 1 });
    await clock.advance(10);
    expect((await executionsOf(store, 'inherited'))[0]!.holder).toBe(me);
  });

  it('declares nobody gone who renews', async () => {
    const { service, clock, create, published, schedule, store } = await setup();
    const other = await registerProcess(store, 'scheduler-2~alive');
    const timer = await create(8_000, 'theirs');
    await claimAs(schedule, timer, { holder: 'scheduler-2~alive', now: clock.now() });
    await service.start();
    await live(clock, 10, [other]);
    expect(published).toEqual([]);
    expect((await store.processes.list()).map(({ gone }) => gone)).toEqual([false]);
  });

  it('forgets a gone process once nothing is left that it held', async () => {
    const { service, clock, store } = await setup();
    await registerProcess(store, 'worker-9~dead');
    await service.start();
    await clock.advance(6_000);
    expect(await store.processes.list()).toEqual([]);
  });

  it('takes up only what is in its own shards, and keeps the row of the dead while others still have work', async () => {
    const { service, clock, create, schedule, store, registry } = await setup({ leads: false });
    const versions = [{ number: 1, members: ['scheduler-1', 'scheduler-2'], effectiveFrom: 0 }];
    await registry.write('ring', { versions }, { expected: 0 });
    const other = await registerProcess(store, 'scheduler-3~dead');
    const timers = [];
    for (let i = 0; i < 20; i++) timers.push(await create(60_000, `t${i}`));
    for (const timer of timers)
      await claimAs(schedule, timer, { holder: 'scheduler-3~dead', now: clock.now() });
    await other.renew();
    await service.start();
    await clock.advance(8_000);
    const holders = await Promise.all(
      timers.map(async ({ id }) => (await executionsOf(store, id))[0]!.holder),
    );
    const mine = timers.map(({ shard }) => ownerAmong(versions[0]!.members, shard) === 'scheduler-1');
    expect(holders).toEqual(mine.map((isMine) => (isMine ? me : 'scheduler-3~dead')));
    expect(new Set(mine)).toEqual(new Set([true, false]));
    expect((await store.processes.list()).map(({ incarnation }) => incarnation)).toEqual([
      'scheduler-3~dead',
    ]);
  });

  it('records an attempt of a gone worker as lost and repeats it at once', async () => {
    const { service, clock, create, published, store } = await setup();
    await create(100, 'lost');
    const worker = await registerProcess(store, 'worker-1~dead');
    await service.start();
    await clock.advance(200);
    await worker.renew();
    await startAs(store, published[0]!, {
      worker: 'worker-1~dead',
      now: clock.now(),
      until: clock.now() + 60_000,
    });
    await clock.advance(6_000);
    const [execution] = await executionsOf(store, 'lost');
    expect(execution!.attempts.map(({ n, outcome, worker: who }) => ({ n, outcome, who }))).toEqual([
      { n: 1, outcome: 'lost', who: 'worker-1~dead' },
    ]);
    expect(execution).toMatchObject({ state: 'claimed', claim: 2, attempt: 1, lost: 1 });
    expect(published).toHaveLength(2);
  });

  it('takes an execution from a living worker when its time is up', async () => {
    const { service, clock, create, published, store } = await setup();
    await create(100, 'overdue');
    const worker = await registerProcess(store, 'worker-1~alive');
    await service.start();
    await live(clock, 1, [worker]);
    await startAs(store, published[0]!, {
      worker: 'worker-1~alive',
      now: clock.now(),
      until: clock.now() + 5_000,
    });
    await live(clock, 4, [worker]);
    expect(published).toHaveLength(1);
    await live(clock, 4, [worker]);
    expect(published).toHaveLength(2);
    expect((await executionsOf(store, 'overdue'))[0]!.lost).toBe(1);
  });

  it('publishes again what nobody started in time, though its claimer lives', async () => {
    const { service, clock, create, published, store } = await setup();
    const self = await registerProcess(store, me);
    await create(100, 'unheard');
    await service.start();
    await live(clock, 9, [self]);
    expect(published).toHaveLength(1);
    await live(clock, 4, [self]);
    expect(published.map(({ execution }) => execution.claim)).toEqual([1, 1]);
  });

  it('does not take a backlog for a loss, for at most a minute', async () => {
    const { service, clock, create, published, state, store } = await setup();
    const self = await registerProcess(store, me);
    state.ready = 5_000;
    await create(100, 'queued');
    await service.start();
    await live(clock, 55, [self]);
    expect(published).toHaveLength(1);
    await live(clock, 20, [self]);
    expect(published).toHaveLength(2);
  });

  it('publishes at once what a change has claimed', async () => {
    const { service, clock, create, published, timers, store } = await setup();
    const timer = await create(-1_000, 'overdue');
    await timers.change(timer, (current) => ({
      change: redefineTimer(
        current!,
        wishFor({ schedule: { kind: 'at', at: clock.now() + dayMs }, digest: 'other' }),
        { now: clock.now(), expireAt: clock.now() + dayMs },
      ),
      reply: null,
    }));
    await service.start();
    await clock.advance(1_500);
    expect(published.map(({ execution }) => execution.scheduledFor)).toEqual([timer.next!.scheduledFor]);
    expect((await executionsOf(store, 'overdue'))[0]!.holder).toBe(me);
  });
});
