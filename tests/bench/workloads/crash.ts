/**
 * kill -9 in the middle of a steady load that was created before: of one worker of two, of the leading one of two
 * schedulers, of the only process. The receiver takes 100 ms for each call, so that calls are under way. The victim is
 * not replaced, except where it was the only process: that one is started again at once.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { postAll, lossColumns } from './load.js';
import { quantileOf } from '../report/statistics.js';
import { scaled, type Measurement, type Workload, type World } from './workload.js';

const perSecond = 200;
const seconds = 20;
const leadMs = 5_000;
const answerMs = 100;
const limitMs = 60_000;
/** What a dead process held may be called again after the last first call. */
const doublesMs = 20_000;

export const crashWorkloads: readonly Workload[] = [
  crash('worker', 'Crash: a worker', 'one worker of two (or the only process, started again at once)'),
  crash('scheduler', 'Crash: a scheduler', 'the leading scheduler of two'),
];

function crash(...[role, title, victim]: ['worker' | 'scheduler', string, string]): Workload {
  return {
    name: `crash-${role}`,
    title,
    told: `200 timers a second for 20 s, created before; the receiver takes 100 ms; kill -9 of ${victim} in the middle. Missing is what was not called within 60 s, doubled what was called again within 20 s.`,
    columns: [
      { key: 'longest', title: 'longest lateness, ms' },
      { key: 'downMs', title: 'kill to ready again, ms' },
      { key: 'afterRestart', title: 'longest after that, ms' },
      { key: 'p99', title: 'p99, ms' },
      ...lossColumns,
    ],
    shape: { workers: 2, schedulers: 2 },
    run: (world) => measureCrash(world, role),
  };
}

async function measureCrash(
  { subject, receiver, scale, signal }: World,
  role: 'worker' | 'scheduler',
): Promise<Measurement> {
  const lastsMs = scaled(seconds, scale, 4) * 1_000;
  const count = (lastsMs / 1_000) * perSecond;
  const run = await receiver.begin(answerMs);
  const start = Date.now() + leadMs;
  await postAll({ subject, run, signal }, count, (n) => start + Math.round((n / perSecond) * 1_000));
  await pause(Math.max(0, start + lastsMs / 2 - Date.now()));
  const killedAt = Date.now();
  const backAt = await subject.kill(role);
  await run.called(count, start + lastsMs - Date.now() + limitMs);
  await pause(scaled(doublesMs, scale, 5_000));
  const account = await run.account(count, backAt ?? 0);
  const { missing, early, doubled, lateness, longestSinceMs } = account;
  return {
    figures: {
      longest: quantileOf(lateness, 1),
      ...(backAt !== null && { downMs: backAt - killedAt, afterRestart: longestSinceMs }),
      p99: quantileOf(lateness, 0.99),
      missing,
      early,
      doubled,
    },
    lateness,
  };
}
