/** `npm run bench -- --quick`: has Carillon in one process become slower against the floor? Under two minutes, no servers. */
import { textTable } from '../../deploy/local/text-table.js';
import { expectations } from './expectations.js';
import { judge } from './ratios.js';
import { figureText } from './report/table.js';
import { runCourse, type Course } from './runner.js';
import { systemsOf } from './systems/catalogue.js';
import { workloads } from './workloads/catalogue.js';

const rounds = 3;
const scale = 0.2;

/** True when every ratio is within its bound. */
export async function checkRatios(given: Pick<Course, 'servers' | 'say' | 'signal'>): Promise<boolean> {
  const systems = [...new Set(expectations.flatMap(({ system, over }) => [system, over]))];
  const names = expectations.map(({ workload }) => workload);
  const { workloads: results } = await runCourse({
    ...given,
    systems: systemsOf(systems),
    workloads: workloads.filter(({ name }) => names.includes(name)),
    rounds,
    scale,
  });
  const verdicts = judge(results, expectations);
  const rows = verdicts.map(({ kept, what, ratio, bound }) => [
    kept ? 'kept' : 'BROKEN',
    what,
    Number.isNaN(ratio) ? '–' : figureText(ratio),
    bound,
  ]);
  given.say(textTable([['', 'ratio', 'measured', 'expected'], ...rows]));
  return verdicts.every(({ kept }) => kept);
}
