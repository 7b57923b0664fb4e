/**
 * What may be done with the test clock of a namespace: made, moved on, taken away. Made and taken away only while the
 * namespace has no open timer, since a timer lives by one clock all its life. A scheduler moves it; here its target is set.
 */
import { sleep, type Clock } from '../../../shared/base/clock.js';
import type { Bus } from '../../../shared/queue/bus.js';
import type { DocumentStore, TimerStore } from '../../../shared/store/store.js';
import {
  changeTestClocks,
  clockIn,
  type TestClock,
  type TestClocks,
} from '../../../shared/store/test-clocks.js';
import { testShard, type Timer } from '../../../shared/timers/timer.js';
import { farthestMs } from '../definition/schedule.js';
import { invalidRequest, Problem } from '../plugins/problems.js';
import { formatInstant } from '../schemas/instant.js';
import { everySawMs, type NamespaceClocks } from './namespace-clocks.js';

const mostClocks = 1_000;
const pollMs = 20;
const patienceMs = 25_000;

export interface TestClockDesk {
  documents: DocumentStore;
  timers: Pick<TimerStore, 'list'>;
  bus: Pick<Bus, 'publish'>;
  clock: Clock;
  clocks: NamespaceClocks;
}

export async function readTestClock({ clocks }: TestClockDesk, namespace: string): Promise<TestClock> {
  return present(await clocks.read(), namespace);
}

/** Makes the clock, or sets it ahead; answers when every process knows of it. Rejects with the problem where it may not. */
export async function setTestClock(desk: TestClockDesk, namespace: string, now: number): Promise<TestClock> {
  const there = clockIn(await desk.clocks.read(), namespace);
  if (there?.now === now && !there.moving) return there;
  await refuseOpenTimers(desk, namespace, () => true);
  const clock = { now, target: now, moving: false };
  await changeTestClocks(desk.documents, (clocks) => {
    const { target } = clockIn(clocks, namespace) ?? { target: -Infinity };
    if (now < target) throw backwards(target);
    if (Object.keys({ ...clocks, [namespace]: clock }).length > mostClocks)
      throw new Problem('too-many-test-clocks', `there are ${mostClocks}; take one away first`);
    return { ...clocks, [namespace]: clock };
  });
  await seenByAll(desk);
  try {
    await refuseOpenTimers(desk, namespace, ({ shard }) => shard !== testShard);
  } catch (error) {
    await changeTestClocks(desk.documents, (clocks) => without(clocks, namespace));
    throw error;
  }
  return clock;
}

/** Takes the clock away; answers when every process knows of it. */
export async function removeTestClock(desk: TestClockDesk, namespace: string): Promise<void> {
  const clock = present(await desk.clocks.read(), namespace);
  await refuseOpenTimers(desk, namespace, () => true);
  await changeTestClocks(desk.documents, (clocks) => without(clocks, namespace));
  await seenByAll(desk);
  try {
    await refuseOpenTimers(desk, namespace, ({ shard }) => shard === testShard);
  } catch (error) {
    await changeTestClocks(desk.documents, (clocks) => ({ ...clocks, [namespace]: clock }));
    throw error;
  }
}

/** Where a clock shall go: by so much from where it is going already, or to an instant. */
export type Advance = { byMs: number } | { to: number };

export interface Advanced extends TestClock {
  /** False when the clock was still on its way after as long as a request may take. */
  arrived: boolean;
}

/** Sends the clock on and waits for it to arrive. Rejects with the problem of one that is not there, or would go back. */
export async function advanceTestClock(
  desk: TestClockDesk,
  namespace: string,
  advance: Advance,
): Promise<Advanced> {
  const clocks = await changeTestClocks(desk.documents, (before) => {
    const clock = present(before, namespace);
    return { ...before, [namespace]: { ...clock, target: targetOf(clock, advance), moving: true } };
  });
  desk.bus.publish('nudge.clock', { namespace });
  return arrival(desk, namespace, present(clocks, namespace).target);
}

function targetOf(clock: TestClock, advance: Advance): number {
  const target = 'to' in advance ? advance.to : clock.target + advance.byMs;
  if (target < clock.target) throw backwards(clock.target);
  if (target > clock.target + farthestMs)
    throw invalidRequest([
      { pointer: '/to', detail: 'is more than 10 years ahead; go there in several steps', in: 'body' },
    ]);
  return target;
}

async function arrival(
  { clocks, clock }: TestClockDesk,
  namespace: string,
  target: number,
): Promise<Advanced> {
  const deadline = clock.monotonic() + patienceMs;
  for (;;) {
    const stands = present(await clocks.read(), namespace);
    const arrived = !stands.moving || stands.now > target;
    if (arrived || clock.monotonic() >= deadline) return { ...stands, arrived };
    await sleep(clock, pollMs);
  }
}

async function seenByAll({ clock, clocks }: TestClockDesk): Promise<void> {
  await clocks.read();
  await sleep(clock, everySawMs);
}

async function refuseOpenTimers(
  { timers }: TestClockDesk,
  namespace: string,
  counts: (timer: Timer) => boolean,
): Promise<void> {
  for (const state of ['active', 'paused'] as const) {
    const open = await timers.list({ namespace, state, after: null, limit: 1_000 });
    const found = open.find(counts);
    if (found)
      throw new Problem(
        'namespace-in-use',
        `"${namespace}" has open timers, such as "${found.id}", which live by the clock they were made under; cancel them first`,
      );
  }
}

function present(clocks: TestClocks, namespace: string): TestClock {
  const clock = clockIn(clocks, namespace);
  if (clock) return clock;
  throw new Problem('test-clock-not-found', `the namespace "${namespace}" has no test clock; PUT makes one`);
}

function without(clocks: TestClocks, namespace: string): TestClocks {
  return Object.fromEntries(Object.entries(clocks).filter(([name]) => name !== namespace));
}

function backwards(target: number): Problem {
  return new Problem(
    'test-clock-backwards',
    `it stands at, or is on its way to, ${formatInstant(target)}; a clock is never put back`,
  );
}
