/**
 * npm run sim -- [--seeds 1000] [--from 1] | --seed N [--break NAME] | --throughput
 * Runs seeds one after the other and stops at the first that breaks an invariant; a single seed prints all that happened.
 */
import { parseArgs } from 'node:util';
import { breakages, type BreakageName } from './breakages.js';
import { simulate, type Run } from './simulation.js';
import { measure } from './throughput.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    break: { type: 'string' },
    throughput: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
  },
});
/** What follows the first violations follows from them. */
const mostTold = 3;
/** Seeds between two words of how far it is. */
const toldEvery = 500;
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const broken = values.break as BreakageName | undefined;
if (broken !== undefined && !(broken in breakages))
  throw new Error(`--break takes one of ${Object.keys(breakages).join(', ')}`);

if (values.throughput) await compare();
else if (values.seed !== undefined)
  replay(await simulate({ seed: Number(values.seed), broken, isLogged: true }));
else await explore(Number(values.from), Number(values.seeds));

function replay(run: Run): void {
  for (const line of run.log) say(line);
  conclude(run);
}

async function explore(from: number, count: number): Promise<void> {
  const totals = { seeds: 0, steps: 0, checks: 0, timers: 0, calls: 0, failed: 0 };
  const begun = performance.now();
  for (let seed = from; seed < from + count; seed++) {
    const run = await simulate({ seed, broken });
    totals.seeds++;
    for (const figure of ['steps', 'checks', 'timers', 'calls'] as const) totals[figure] += run[figure];
    if (totals.seeds % toldEvery === 0) tell(totals, begun);
    if (run.violations.length === 0) continue;
    totals.failed++;
    conclude(run);
    if (!values['keep-going']) break;
  }
  tell(totals, begun);
}

function tell(totals: object, begun: number): void {
  const seconds = (performance.now() - begun) / 1_000;
  say(`${JSON.stringify(totals)} in ${seconds.toFixed(1)} s`);
}

/** The same work by one, two and four schedulers, on a store that keeps up and on one that does not. */
async function compare(): Promise<void> {
  for (const serves of ['side by side', 'one at a time'] as const) {
    const alone = await measure(1, serves);
    for (const schedulers of [1, 2, 4]) {
      const { elapsedMs, largestShare } = await measure(schedulers, serves);
      const ratio = (alone.elapsedMs / elapsedMs).toFixed(2);
      say(
        `${serves}, ${schedulers} schedulers: ${elapsedMs} ms, ${ratio} times as fast; most by one: ${largestShare}`,
      );
    }
  }
}

function conclude({ seed, violations, steps, checks, timers, calls }: Run): void {
  for (const { invariant, text, elapsed } of violations.slice(0, mostTold))
    say(`seed ${seed}: ${invariant} at ${(elapsed / 1_000).toFixed(3)} s: ${text}`);
  if (violations.length > 0) process.exitCode = 1;
  else say(`seed ${seed}: all held; ${steps} steps, ${checks} checks, ${timers} timers, ${calls} calls`);
}
