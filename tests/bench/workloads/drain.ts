/**
 * How fast what is due at one instant is called. The rate runs from that instant, or from the last acknowledgement
 * where a system took longer than the lead to accept, to the last call; CPU from a few seconds before, so that work
 * done ahead counts too.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { awaitCalls, lossColumns, postAll } from './load.js';
import { openWindow, usageColumns } from './window.js';
import type { Shape } from '../systems/system.js';
import { one, scaled, type Measurement, type Workload, type World } from './workload.js';

const timers = 20_000;
const leadMs = 15_000;
const leastLeadMs = 4_000;
const aheadMs = 3_000;
const limitMs = 120_000;

export const drainWorkloads: readonly Workload[] = [
  drain('drain', 'Drain', '20,000 timers due at one instant, one worker.', one),
  ...[2, 4].map((workers) =>
    drain(
      `workers-${workers}`,
      `Growth: ${workers} workers`,
      `20,000 timers due at one instant, ${workers} workers (100 calls at once in all); one worker: see drain.`,
      { workers, schedulers: 1 },
    ),
  ),
];

function drain(...[name, title, told, shape]: [string, string, string, Shape]): Workload {
  return {
    name,
    title,
    told,
    columns: [
      { key: 'perSecond', title: 'calls/s' },
      { key: 'firstMs', title: 'first after, ms' },
      ...lossColumns,
      ...usageColumns,
    ],
    shape,
    run: measureDrain,
  };
}

async function measureDrain({ subject, receiver, scale, signal }: World): Promise<Measurement> {
  const count = scaled(timers, scale);
  const run = await receiver.begin();
  const dueAt = Date.now() + scaled(leadMs, scale, leastLeadMs);
  await postAll({ subject, run, signal }, count, () => dueAt);
  const from = Math.max(dueAt, Date.now());
  await pause(Math.max(0, dueAt - aheadMs - Date.now()));
  const close = openWindow(subject);
  const account = await awaitCalls(run, count, dueAt - Date.now() + limitMs);
  const { figures, cpuSeconds } = close(count);
  const { missing, early, doubled } = account;
  return {
    figures: {
      perSecond: ((count - missing) / (account.lastAt - from)) * 1_000,
      firstMs: account.firstAt - dueAt,
      missing,
      early,
      doubled,
      ...figures,
    },
    cpuSeconds,
  };
}
