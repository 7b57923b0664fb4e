/** `npm run bench -- --quick`: has Carillon in one process become slower against the floor? Under two minutes, no servers. */
import { textTable } from '../../deploy/local/text-table.js';
import { expectations } from './expectations.js';
import { judge } from './ratios.js';
import type { WorkloadResult } from './report/results.js';
import { figureText } from './report/table.js';
import { runCourse, type Course } from './runner.js';
import { systemsOf } from './systems/catalogue.js';
import { workloads } from './workloads/catalogue.js';
import type { Workload } from './workloads/workload.js';

const rounds = 3;
const scale = 0.1;

type Given = Pick<Course, 'servers' | 'say' | 'signal'>;

/** True when every ratio is within its bound. */
export async function checkRatios(given: Given): Promise<boolean> {
  const results: WorkloadResult[] = [];
  for (const workload of workloads) results.push(...(await runExpected(given, workload)));
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

/** The workload with the systems that something is expected of, and no others. */
async function runExpected(given: Given, workload: Workload): Promise<WorkloadResult[]> {
  const expected = expectations.filter(({ workload: name }) => name === workload.name);
  const systems = systemsOf(expected.flatMap(({ system, over }) => [system, over]));
  const course = { ...given, systems, workloads: [workload], rounds, scale };
  return systems.length > 0 ? (await runCourse(course)).workloads : [];
}
