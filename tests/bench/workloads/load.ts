/** The timers of a workload: made, posted, called. */
import { setTimeout as pause } from 'node:timers/promises';
import { postSteadily, postTimers, type Pace } from '../../support/timer-posting.js';
import type { Account } from '../call-account.js';
import { quantileOf } from '../report/statistics.js';
import type { ReceiverRun } from '../receiver-client.js';
import type { Subject } from '../systems/system.js';
import type { Column, Figures } from './workload.js';

/** What every callback bears. */
export const callbackBody = { hello: 'world' };
/** No batch is posted twice for impatience: not every library knows a timer again by its id. */
const patienceMs = 120_000;
const batchSize = 1_000;
/** What comes in groups is settled in groups, a moment after its call. */
const afterglowMs = 1_000;

export const latenessColumns: readonly Column[] = [
  { key: 'p50', title: 'p50, ms' },
  { key: 'p99', title: 'p99, ms' },
  { key: 'max', title: 'max, ms' },
];
export const lossColumns: readonly Column[] = [
  { key: 'missing', title: 'missing' },
  { key: 'early', title: 'early' },
  { key: 'doubled', title: 'doubled' },
];

export interface Target {
  subject: Subject;
  run: ReceiverRun;
  signal: AbortSignal;
}

/** Posts `count` timers in batches, one after the other, timer `n` due at `dueAt(n)`. */
export async function postAll(target: Target, count: number, dueAt: (n: number) => number): Promise<void> {
  for (let made = 0; made < count; made += batchSize) {
    const size = Math.min(batchSize, count - made);
    await post(
      target,
      Array.from({ length: size }, (_, i) => ({ n: made + i, at: dueAt(made + i) })),
    );
  }
}

/** Posts at a pace, each timer `aheadMs` before it is due; resolves with their number when all were acknowledged. */
export async function postAtPace(target: Target, pace: Pace & { aheadMs: number }): Promise<number> {
  const start = Date.now() + pace.aheadMs;
  await postSteadily(pace, (timers) =>
    post(
      target,
      timers.map(({ n, elapsedMs }) => ({ n, at: Math.round(start + elapsedMs) })),
    ),
  );
  return Math.round(pace.perSecond * pace.seconds);
}

/** Waits until all were called, or for `limitMs`, and then a moment longer. */
export async function awaitCalls(run: ReceiverRun, expected: number, limitMs: number): Promise<Account> {
  await run.called(expected, limitMs);
  await pause(afterglowMs);
  return run.account(expected);
}

export function latenessFigures({ lateness, missing, early, doubled }: Account): Figures {
  const at = (share: number): number => quantileOf(lateness, share);
  return { p50: at(0.5), p99: at(0.99), max: at(1), missing, early, doubled };
}

async function post({ subject, run, signal }: Target, timers: { n: number; at: number }[]): Promise<void> {
  await postTimers(
    [subject.url],
    timers.map(({ n, at }) => ({
      id: `${run.id}-${n}`,
      at,
      target: { url: run.url(n, at), body: callbackBody },
    })),
    { patienceMs, signal },
  );
}
