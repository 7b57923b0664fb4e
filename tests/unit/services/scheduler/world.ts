/** The world that the scheduler's tests share. */
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { schedulerSchema } from '../../../../services/scheduler/config.js';
import { SchedulerService } from '../../../../services/scheduler/service.js';
import { uuidV7 } from '../../../../shared/base/ids.js';
import { loadConfig } from '../../../../shared/config/load.js';
import type { Election, Leadership } from '../../../../shared/coordination/election.js';
import { DocumentsRegistry } from '../../../../shared/coordination/documents-registry.js';
import type { Membership } from '../../../../shared/coordination/membership.js';
import { termDocument } from '../../../../shared/coordination/registry.js';
import { MemoryDocuments } from '../../../../shared/coordination/single/memory-documents.js';
import type { Presence } from '../../../../shared/presence/presence.js';
import type { Bus } from '../../../../shared/queue/bus.js';
import type { WorkMessage, WorkQueue } from '../../../../shared/queue/queue.js';
import type { Rpc } from '../../../../shared/rpc/rpc.js';
import { openSqliteStore } from '../../../../shared/store/sqlite/sqlite-store.js';
import type { ProcessReport } from '../../../../shared/store/processes.js';
import type { ScheduleStore, Store } from '../../../../shared/store/store.js';
import { Metrics } from '../../../../shared/telemetry/metrics.js';
import { newExecution } from '../../../../shared/timers/claim.js';
import { createTimer, type Wish } from '../../../../shared/timers/creation.js';
import type { Verdict } from '../../../../shared/timers/outcome.js';
import type { Timer } from '../../../../shared/timers/timer.js';
import { settlementOf } from '../../../contracts/store/steps.js';
import { dayMs, makeDefinition } from '../../../support/factories.js';
import { ManualSettings } from '../../../support/manual-settings.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { seededRandom } from '../../../support/seeded-random.js';

/** The scheduler under test. */
export const me = 'scheduler-1~me';
interface World {
  leads?: boolean;
  mode?: 'development' | 'production';
  wrapSchedule?: (schedule: ScheduleStore) => ScheduleStore;
}

/** How long before its instant the scheduler under test publishes. */
export const leadMs = 50;

/** A scheduler on an in-memory store, a queue that records, and a clock that stands still. */
export async function setup({
  leads = true,
  mode = 'production',
  wrapSchedule = (schedule) => schedule,
}: World = {}) {
  const store = await openSqliteStore({ path: ':memory:' });
  onTestFinished(() => store.close());
  const clock = new ManualClock();
  const published: (WorkMessage & { at: number })[] = [];
  const state = { leads, holds: true, ready: 0, queueAway: false, registryAway: false };
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
    subscribe: (pattern: string, listener: typeof nudge) => {
      if (pattern === 'nudge.*') nudge = listener;
      return Promise.resolve({ stop: () => Promise.resolve() });
    },
  } as unknown as Bus;
  const lead = (): Leadership => ({
    role: state.leads ? 'leader' : 'follower',
    term: 1,
    leader: state.leads ? 'scheduler-1' : null,
  });
  const documents = new SometimesAway(() => state.registryAway);
  await documents.write(termDocument, { term: 1, leader: 'scheduler-1' }, { expected: 0 });
  const registry = new DocumentsRegistry({ documents, clock, onError: () => undefined });
  const listeners: ((leadership: Leadership) => void)[] = [];
  const election = {
    start: () => Promise.resolve(),
    current: lead,
    onChange: (listener: (leadership: Leadership) => void) => listeners.push(listener),
  } as unknown as Election;
  const membership = {
    start: () => Promise.resolve(),
    members: () => [],
    onChange: () => undefined,
  } as unknown as Membership;
  const rpc = { serve: () => () => undefined } as unknown as Rpc;
  let gone: (old: string) => void = () => undefined;
  const settings = new ManualSettings();
  const presence = {
    incarnation: me,
    holds: () => state.holds,
    reportWith: () => undefined,
    onGone: (listener: typeof gone) => (gone = listener),
  } as unknown as Presence;
  const service = new SchedulerService({
    store: { ...store, schedule: wrapSchedule(store.schedule) },
    queue,
    bus,
    election,
    membership,
    registry,
    rpc,
    identity: { name: 'scheduler-1', service: 'scheduler' },
    presence,
    settings,
    clock,
    random: seededRandom(1),
    metrics: new Metrics(),
    log: pino({ level: 'silent' }),
    config: {
      ...loadConfig(schedulerSchema, {}),
      schedulerPublishLeadMs: leadMs,
      settledRetentionMs: 30 * dayMs,
      changeRetentionMs: 90 * dayMs,
      freshnessMs: 10_000,
      serviceLevelRetentionMs: 93 * dayMs,
      mode,
      ring: 'leader',
    },
  });
  onTestFinished(() => service.stop());
  return {
    ...store,
    store,
    clock,
    settings,
    service,
    published,
    state,
    ids: () => published.map(({ execution }) => execution.timerId),
    nudge: (timer: Timer, dueAt = timer.next!.dueAt) => nudge(`nudge.${timer.shard}`, { dueAt }),
    /** Tells of a claimed execution that nobody holds. */
    nudgeClaimed: ({ shard }: Timer) => nudge(`nudge.${shard}`, { claimed: true }),
    nudgeClock: () => nudge('nudge.clock', {}),
    registry,
    elect: () => {
      state.leads = true;
      for (const changed of listeners) changed(lead());
    },
    declareMeGone: () => gone(me),
    create: (inMs: number, id: string) => createAt(store, clock, { inMs, id }),
    createAs: (wish: Partial<Wish>, id: string, shard?: number) =>
      createWith(store, clock, { wish, id, shard }),
  };
}

/** Documents in memory that can be cut off. */
class SometimesAway extends MemoryDocuments {
  readonly #isAway: () => boolean;

  constructor(isAway: () => boolean) {
    super();
    this.#isAway = isAway;
  }

  override read(name: string) {
    return this.#isAway() ? Promise.reject(new Error('cut off')) : super.read(name);
  }

  override write(...write: Parameters<MemoryDocuments['write']>) {
    return this.#isAway() ? Promise.reject(new Error('cut off')) : super.write(...write);
  }
}

export function createAt(
  store: Store,
  clock: ManualClock,
  { inMs, id }: { inMs: number; id: string },
): Promise<Timer> {
  return createWith(store, clock, { wish: { schedule: { kind: 'at', at: clock.now() + inMs } }, id });
}

async function createWith(
  store: Store,
  clock: ManualClock,
  { wish, id, shard }: { wish: Partial<Wish>; id: string; shard?: number | undefined },
): Promise<Timer> {
  const now = clock.now();
  const timer = createTimer({
    namespace: 'default',
    id,
    uid: uuidV7(now),
    wish: wishFor(wish),
    idempotencyKey: null,
    now,
    createdBy: 'tester',
    ...(shard !== undefined && { shard }),
  });
  await store.timers.create([timer]);
  return timer;
}

/** What a user wishes, with so much of a definition. */
export function wishFor(changes: Partial<Wish>): Wish {
  const { version: _version, ...content } = makeDefinition();
  return { ...content, tags: [], metadata: {}, digest: 'digest', ...changes };
}

/** Starts a published execution as this worker would. */
export async function startAs(
  store: Pick<Store, 'delivery'>,
  { execution, definition }: Pick<WorkMessage, 'execution' | 'definition'>,
  { worker, now, until }: { worker: string; now: number; until: number },
): Promise<void> {
  const { namespace, timerId, uid } = execution;
  const timer = { namespace, id: timerId, uid };
  const overlap = definition?.overlap ?? 'allowAll';
  const start = { ...execution, timer, overlap, until, recheckAt: now + 30_000 };
  await store.delivery.start([start], { incarnation: worker, now, expireAt: now + dayMs });
}

/** Settles the attempt of an execution that `startAs` has started. */
export async function settleAs(
  store: Pick<Store, 'delivery'>,
  { execution }: Pick<WorkMessage, 'execution'>,
  { worker, now, verdict }: { worker: string; now: number; verdict: Verdict },
): Promise<void> {
  const running = { ...execution, attempt: execution.attempt + 1, holder: worker };
  await store.delivery.settle([{ ...settlementOf(running, { verdict }), now, expireAt: now + dayMs }]);
}

/** The executions of a timer, as the store has them. */
export function executionsOf(store: Store, timerId: string) {
  return store.executions.list({ namespace: 'default', timerId, before: null, limit: 10 });
}

export async function registerProcess(store: Store, incarnation: string, report: ProcessReport = {}) {
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
export async function live(clock: ManualClock, seconds: number, processes: { renew(): Promise<boolean> }[]) {
  for (let second = 0; second < seconds; second++) {
    for (const process of processes) await process.renew();
    await clock.advance(1_000);
  }
}

/** Claims as another scheduler would. */
export async function claimAs(
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
  await schedule.claim([{ timer, executions: [execution], next: null, wakeAt: now + 600_000 }]);
  return [execution];
}
