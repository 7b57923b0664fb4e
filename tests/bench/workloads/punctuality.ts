/** Lateness at the receiver under a steady load: created ahead of time, and with hardly any time ahead. */
import type { Pace } from '../../support/timer-posting.js';
import { awaitCalls, latenessColumns, latenessFigures, lossColumns, postAtPace } from './load.js';
import { openWindow, usageColumns } from './window.js';
import { one, scaled, type Measurement, type Workload, type World } from './workload.js';

export type SteadyLoad = Pace & { aheadMs: number };

const limitMs = 120_000;

export const punctualityWorkloads: readonly Workload[] = [
  punctuality({
    name: 'punctuality-1000',
    title: 'Punctuality: 1,000 a second',
    told: '1,000 timers a second for 10 s, each created 3 s ahead.',
    load: { perSecond: 1_000, seconds: 10, aheadMs: 3_000 },
  }),
  punctuality({
    name: 'punctuality-200',
    title: 'Punctuality: 200 a second',
    told: '200 timers a second for 60 s, each created 3 s ahead.',
    load: { perSecond: 200, seconds: 60, aheadMs: 3_000 },
  }),
  punctuality({
    name: 'short-delay',
    title: 'Short delay',
    told: '200 timers a second for 20 s, each created 300 ms ahead.',
    load: { perSecond: 200, seconds: 20, aheadMs: 300 },
  }),
];

function punctuality({
  load,
  ...said
}: Pick<Workload, 'name' | 'title' | 'told'> & { load: SteadyLoad }): Workload {
  return {
    ...said,
    columns: [...latenessColumns, ...lossColumns, ...usageColumns],
    shape: one,
    run: (world) => measureSteady(world, { ...load, seconds: scaled(load.seconds, world.scale) }),
  };
}

/** Creates, calls and results all lie in the window. */
export async function measureSteady(
  { subject, receiver, signal }: World,
  load: SteadyLoad,
): Promise<Measurement> {
  const run = await receiver.begin();
  const close = openWindow(subject);
  const expected = await postAtPace({ subject, run, signal }, load);
  const account = await awaitCalls(run, expected, load.aheadMs + limitMs);
  const { figures, cpuSeconds } = close(expected);
  return {
    figures: { ...latenessFigures(account), ...figures },
    lateness: account.lateness,
    cpuSeconds,
  };
}
