import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { schedulerSchema } from '../../../../services/scheduler/config.js';
import { SchedulerService } from '../../../../services/scheduler/service.js';
import { uuidV7 } from '../../../../shared/base/ids.js';
import { loadConfig } from '../../../../shared/config/load.js';
import type { Election, Leadership } from '../../../../shared/coordination/election.js';
import type { Presence } from '../../../../shared/presence/presence.js';
import type { Bus } from '../../../../shared/queue/bus.js';
import type { WorkMessage, WorkQueue } from '../../../../shared/queue/queue.js';
import { openSqliteStore } from '../../../../shared/store/sqlite/sqlite-store.js';
import type { ProcessReport, ScheduleStore, Store } from '../../../../shared/store/store.js';
import { Metrics } from '../../../../shared/telemetry/metrics.js';
import { createTimer, newExecution, redefineTimer } from '../../../../shared/timers/change.js';
import { defaultRetryPolicy } from '../../../../shared/timers/retry-policy.js';
import type { Timer } from '../../../../shared/timers/timer.js';
import { dayMs, makeDefinition } from '../../../support/factories.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { seededRandom } from '../../../support/seeded-random.js';

const me = 'scheduler-1~me';
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface World {
  leads?: boolean;
  wrapSchedule?: (schedule: ScheduleStore) => ScheduleStore;
}

async function setup({ leads = true, wrapSchedule = (schedule) => schedule }: World = {}) {
  const store = await openSqliteStore({ path: ':memory:' });
  closers.push(() => store.close());
  const clock = new ManualClock();
  const published: (WorkMessage & { at: number })[] = [];
  const state = { leads, leader: null as string | null, holds: true, ready: 0, queueAway: false };
  const queue = {
    publish: (messages: WorkMessage[]) => {
      if (state.queueAway) return Promise.resolve(messages.map(() => false));
      published.push(...messages.map((message) => ({ ...message, at: clock.now() })));
      return Promise.resolve(messages.map(() => true));
    },
    depth: () => Promise.resolve(state.ready),
  } as unknown as WorkQueue;
  let nudge: (topic: string, payload: unknown) => void = () => undefined;
  const bus = {
    subscribe: (_pattern: string, listener: typeof nudge) => {
      nudge = listener;
      return Promise.resolve({ stop: () => Promise.resolve() });
    },
  } as unknown as Bus;
  const lead = (): Leadership => ({
    role: state.leads ? 'leader' : 'follower',
    term: 1,
    leader: state.leader,
  });
  let changed: (leadership: Leadership) => void = () => undefined;
  const election = {
    current: lead,
    onChange: (listener: typeof changed) => (changed = listener),
  } as unknown as Election;
  let gone: (old: string) => void = () => undefined;
  const presence = {
    incarnation: me,
    holds: () => state.holds,
    onGone: (listener: typeof gone) => (gone = listener),
  } as unknown as Presence;
  const service = new SchedulerService({
    store: { ...store, schedule: wrapSchedule(store.schedule) },
    queue,
    bus,
    election,
    presence,
    clock,
    random: seededRandom(1),
    metrics: new Metrics(),
    log: pino({ level: 'silent' }),
    config: { ...loadConfig(schedulerSchema, {}), settledRetentionMs: 30 * dayMs },
  });
  closers.push(() => service.stop());
  return {
    ...store,
    store,
    clock,
    service,
    published,
    state,
    ids: () => published.map(({ execution }) => execution.timerId),
    nudge: (timer: Timer, dueAt = timer.next!.dueAt) => nudge(`nudge.${timer.shard}`, { dueAt }),
    elect: () => {
      state.leads = true;
      changed(lead());
    },
    declareMeGone: () => gone(me),
    create: (inMs: number, id: string) => createAt(store, clock, { inMs, id }),
  };
}

async function createAt(
  store: Store,
  clock: ManualClock,
  { inMs, id }: { inMs: number; id: string },
): Promise<Timer> {
  const now = clock.now();
  const { target, retries } = makeDefinition();
  const wish = {
    schedule: { kind: 'at' as const, at: now + inMs },
    target,
    retries,
    tags: [],
    metadata: {},
    digest: id,
  };
  const timer = createTimer({ namespace: 'default', id, uid: uuidV7(now), wish, idempotencyKey: null, now });
  await store.timers.create([timer]);
  return timer;
}

/** The executions of a timer, as the store has them. */
function executionsOf(store: Store, timerId: string) {
  return store.executions.list({ namespace: 'default', timerId, before: null, limit: 10 });
}

async function registerProcess(store: Store, incarnation: string, report: ProcessReport = {}) {
  const identity = {
    incarnation,
    name: incarnation.split('~')[0]!,
    service: 'any',
    host: 'elsewhere',
    pid: 4_000_000,
  };
  await store.processes.register({ ...identity, counter: 0, gone: false, startedAt: 0, report });
  let counter = 0;
  return { renew: () => store.processes.renew(incarnation, ++counter, report) };
}

/** Lets `seconds` go by while these processes renew their rows, as living ones do. */
async function live(clock: ManualClock, seconds: number, processes: { renew(): Promise<boolean> }[]) {
  for (let second = 0; second < seconds; second++) {
    for (const process of processes) await process.renew();
    await clock.advance(1_000);
  }
}

describe('the scheduler', () => {
  it('claims what falls due within the look-ahead and publishes it a lead before its instant', async () => {
    const { service, clock, create, published } = await setup();
    const timer = await create(1_500, 'soon');
    await service.start();
    await clock.advance(3_000);
    expect(published).toHaveLength(1);
    const [message] = published;
    expect(message!.at).toBe(timer.next!.dueAt - 50);
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
    const { service, clock, store, published } = await setup();
    const timers = Array.from({ length: 2_300 }, (_, i) => i);
    for (const i of timers) await createAt(store, clock, { inMs: 1_000, id: `t${i}` });
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
    expect(published.map(({ at }) => at)).toEqual([timer.next!.dueAt - 50]);
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

  it('goes on for a while when the coordinator is away, since nobody else can lead', async () => {
    const { service, clock, create, ids, state } = await setup();
    await service.start();
    await clock.advance(100);
    state.leads = false;
    await create(4_000, 'meanwhile');
    await create(20_000, 'too late');
    await clock.advance(30_000);
    expect(ids()).toEqual(['meanwhile']);
  });

  it('claims nothing more once it hears of another leader', async () => {
    const { service, clock, create, ids, state } = await setup();
    await service.start();
    await clock.advance(100);
    Object.assign(state, { leads: false, leader: 'scheduler-2' });
    await create(4_000, 'theirs');
    await clock.advance(5_000);
    expect(ids()).toEqual([]);
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
    const { service, clock, create, published, delivery, timers } = await setup();
    const timer = await create(100, 'again');
    await service.start();
    await clock.advance(200);
    const { execution } = published[0]!;
    await delivery.start([{ ...execution, until: clock.now() + 60_000 }], 'worker-1~w');
    await timers.change(timer, (current) => ({
      change: redefineTimer(
        current!,
        {
          schedule: { kind: 'at', at: clock.now() + dayMs },
          target: { ...timer.definition.target, url: 'http://127.0.0.1:9/new' },
          retries: defaultRetryPolicy,
          tags: [],
          metadata: {},
          digest: 'new',
        },
        { now: clock.now(), expireAt: clock.now() + dayMs },
      ),
      reply: null,
    }));
    const verdict = { state: 'retrying' as const, at: clock.now() + 5_000, reason: 'no' };
    await delivery.settle([
      {
        record: {
          id: `${execution.id}#1`,
          executionId: execution.id,
          n: 1,
          outcome: 'failed',
          status: 500,
          error: { code: 'status', message: 'no' },
          response: null,
          worker: 'worker-1~w',
          receipt: {
            scheduledFor: execution.scheduledFor,
            claimedAt: execution.claimedAt,
            publishedAt: null,
            startedAt: null,
            sentAt: null,
            firstByteAt: null,
            finishedAt: null,
          },
          verdict,
          lateOutcome: null,
        },
        timer,
        now: clock.now(),
        expireAt: clock.now() + dayMs,
      },
    ]);
    await clock.advance(6_000);
    expect(published).toHaveLength(2);
    expect(published[1]!.at).toBe(verdict.at - 50);
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
        cancel: current!.open.map(({ id }) => id),
        finalize: [],
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
      { id: execution!.id, claim: 1, at: timer.next!.dueAt - 50 },
    ]);
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

  it('records an attempt of a gone worker as lost and repeats it at once', async () => {
    const { service, clock, create, published, delivery, store } = await setup();
    await create(100, 'lost');
    const worker = await registerProcess(store, 'worker-1~dead');
    await service.start();
    await clock.advance(200);
    await worker.renew();
    await delivery.start([{ ...published[0]!.execution, until: clock.now() + 60_000 }], 'worker-1~dead');
    await clock.advance(6_000);
    const [execution] = await executionsOf(store, 'lost');
    expect(execution!.attempts.map(({ n, outcome, worker: who }) => ({ n, outcome, who }))).toEqual([
      { n: 1, outcome: 'lost', who: 'worker-1~dead' },
    ]);
    expect(execution).toMatchObject({ state: 'claimed', claim: 2, attempt: 1, lost: 1 });
    expect(published).toHaveLength(2);
  });

  it('takes an execution from a living worker when its time is up', async () => {
    const { service, clock, create, published, delivery, store } = await setup();
    await create(100, 'overdue');
    const worker = await registerProcess(store, 'worker-1~alive');
    await service.start();
    await live(clock, 1, [worker]);
    await delivery.start([{ ...published[0]!.execution, until: clock.now() + 5_000 }], 'worker-1~alive');
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
        {
          schedule: { kind: 'at', at: clock.now() + dayMs },
          target: timer.definition.target,
          retries: timer.definition.retries,
          tags: [],
          metadata: {},
          digest: 'other',
        },
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

/** The methods of a store's role as own properties, so that one can be replaced. */
function bound(schedule: ScheduleStore): ScheduleStore {
  return new Proxy({} as ScheduleStore, {
    get: (_target, name: keyof ScheduleStore) => schedule[name].bind(schedule),
    ownKeys: () => [
      'dueTimers',
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

async function claimAs(
  schedule: ScheduleStore,
  timer: Timer,
  { holder, now }: { holder: string; now: number },
) {
  const execution = {
    ...newExecution(timer, timer.next!),
    holder,
    claimedAt: now,
    wakeAt: timer.next!.dueAt + 10_000,
  };
  await schedule.claim([{ timer, execution, next: null, wakeAt: now + 600_000 }]);
  return [execution];
}
