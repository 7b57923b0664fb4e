/**
 * `npm run bench`: Carillon beside its peers and the floor, in one run on this machine (`-- --help` shows the options);
 * `npm run bench -- --quick`: the regression check of ratios.
 */
import { readArguments } from '../../deploy/local/command-arguments.js';
import { watchInterruption } from '../../shared/process/interruption.js';
import { parseBenchArguments, usageOf, type BenchArguments } from './arguments.js';
import { checkRatios } from './quick.js';
import { commitHere, machineHere } from './machine.js';
import { installPeers } from './peer-packages.js';
import { writeResults } from './report/files.js';
import type { Results } from './report/results.js';
import { tableOf } from './report/table.js';
import { runCourse } from './runner.js';
import { Servers } from './servers/servers.js';
import { packageVersions, systemNames, systemsOf } from './systems/catalogue.js';
import { workloads } from './workloads/catalogue.js';

const say = (line: string): void => console.log(line);
const known = { systems: systemNames, workloads: workloads.map(({ name }) => name) };
const { signal } = watchInterruption(() => process.exit(1));

const given = readArguments((words) => parseBenchArguments(words, known), usageOf(known));
if (given) {
  if (given.quick) await check();
  else await bench(given);
}
process.exit();

async function bench(options: BenchArguments): Promise<void> {
  const systems = systemsOf(options.systems);
  await installPeers(systems, say);
  const machine = machineHere();
  const servers = await Servers.open();
  try {
    const wanted = workloads.filter(({ name }) => options.workloads.includes(name));
    const course = { ...options, systems, workloads: wanted, servers, say, signal };
    const outcome = await runCourse(course);
    const results: Results = {
      ...outcome,
      date: new Date().toISOString(),
      commit: await commitHere(),
      scale: options.scale,
      rounds: options.rounds,
      machine,
      versions: { ...(await servers.versions()), ...(await packageVersions()) },
    };
    show(results);
    if (options.write && !signal.aborted) say(`written: ${(await writeResults(results)).join(', ')}`);
  } finally {
    await servers.stop();
  }
}

function show({ workloads: found, notRun }: Results): void {
  for (const result of found) {
    say(`\n${result.title}: ${result.told}\n${tableOf(result)}`);
    for (const { title, failures } of result.rows) for (const why of failures) say(`FAILED ${title}: ${why}`);
  }
  for (const { title, workload, reason } of notRun)
    say(`NOT RUN ${title}${workload === null ? '' : `, ${workload}`}: ${reason}`);
}

async function check(): Promise<void> {
  const servers = await Servers.open();
  try {
    if (!(await checkRatios({ servers, say, signal }))) process.exitCode = 1;
  } finally {
    await servers.stop();
  }
}
