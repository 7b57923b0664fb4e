/**
 * Whether what waits costs anything: the steady load of 1,000 a second with nothing, 10,000, 100,000 and 1,000,000
 * timers waiting, their due times spread over a day that begins in an hour. A system that cannot take so many within
 * the limit is measured with what it took in time; the levels above stay empty.
 */
import type { Histogram } from '../call-account.js';
import { postAll, type Target } from './load.js';
import { measureSteady } from './punctuality.js';
import { one, scaled, type Workload, type World } from './workload.js';

const levels = [0, 10_000, 100_000, 1_000_000];
const fillLimitMs = 600_000;
const hourMs = 3_600_000;
const chunk = 10_000;

const named = (level: number): string => level.toLocaleString('en');

export const backlogWorkload: Workload = {
  name: 'backlog',
  title: 'Backlog',
  told: '1,000 timers a second for 10 s, each created 3 s ahead, while none, 10,000, 100,000 and 1,000,000 others wait.',
  columns: [
    ...levels.map((level) => ({ key: `p99-${level}`, title: `p99, ms, ${named(level)} waiting` })),
    ...levels.map((level) => ({ key: `cpu-${level}`, title: `CPU s per 1,000, ${named(level)} waiting` })),
    { key: 'missing', title: 'missing' },
    { key: 'memoryMb', title: 'memory, MB' },
  ],
  shape: one,
  roundsAtMost: 1,
  async run(world) {
    const target: Target = { ...world, run: await world.receiver.begin() };
    const fill = filling(target);
    const figures: Record<string, number> = { missing: 0 };
    let lateness: Histogram | undefined;
    for (const level of levels) {
      if (!(await fill(scaled(level, world.scale, 0)))) break;
      const measured = await steady(world);
      figures[`p99-${level}`] = measured.figures['p99']!;
      figures[`cpu-${level}`] = measured.figures['cpu']!;
      figures['missing']! += measured.figures['missing']!;
      figures['memoryMb'] = measured.figures['memoryMb']!;
      lateness = measured.lateness;
    }
    return { figures, ...(lateness && { lateness }) };
  },
};

const steady = (world: World) =>
  measureSteady(world, { perSecond: 1_000, seconds: scaled(10, world.scale), aheadMs: 3_000 });

/** Fills up to a level; false when the limit on all filling was over first. */
function filling(target: Target): (level: number) => Promise<boolean> {
  let waiting = 0;
  const end = performance.now() + fillLimitMs;
  return async (level) => {
    for (; waiting < level; waiting += chunk) {
      if (performance.now() > end) return false;
      const from = Date.now() + hourMs;
      const first = waiting;
      const count = Math.min(chunk, level - waiting);
      const part = { ...target, run: { ...target.run, id: `${target.run.id}-${first}` } };
      await postAll(part, count, (n) => from + ((first + n) % 86_400) * 1_000);
    }
    return true;
  };
}
