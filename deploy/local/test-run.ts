/**
 * `npm test`: the quick check and every suite this machine can run as it is; what it cannot is named with the reason
 * and the remedy. `npm run test:full` (--full): first gets what is missing, checks everything, and a suite that did
 * not run is a failure. Names of suites limit the run to them: `npm run e2e` is such a one.
 */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addressVariables, brokerRoles, findBrokers } from './brokers.js';
import { watchInterruption } from '../../shared/process/interruption.js';
import { startStack, type Stack } from './local-stack.js';
import { projectRoot } from './project-root.js';
import { supplyBroker } from './servers/supply.js';
import { planSuites, type Suite } from './test-plan.js';
import { report, type SuiteResult } from './test-report.js';
import { runToEnd, runVitest, type Counts } from './vitest-run.js';

const { values, positionals: only } = parseArgs({
  options: { full: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const strict = values.full;
const { signal } = watchInterruption(() => process.exit(1));
const { table, lastLine, exitCode } = report(await runEverything(), { strict: strict || only.length > 0 });
console.log(`\n${table}`);
console.log(lastLine);
process.exit(signal.aborted ? 130 : exitCode);

async function runEverything(): Promise<SuiteResult[]> {
  if (strict) for (const role of brokerRoles) await supplyBroker(role, (line) => console.log(line));
  const results: SuiteResult[] = [];
  for (const script of checks()) results.push(await runScript(script));
  const suites = await plan();
  for (const suite of suites.filter(needsNothing)) results.push(await runSuite(suite, {}));
  results.push(...(await runWithServers(suites.filter(({ needs }) => needs.length > 0))));
  for (const suite of suites.filter(({ ownServers }) => ownServers)) results.push(await runSuite(suite, {}));
  return results;
}

function needsNothing({ needs, ownServers }: Suite): boolean {
  return needs.length === 0 && !ownServers;
}

/** The suites asked for start what was built, but are not the place to learn about lint. */
function checks(): string[] {
  if (only.length > 0) return ['build'];
  return ['build', strict ? 'check' : 'check:fast'];
}

async function plan(): Promise<Suite[]> {
  const [any, own, files] = await Promise.all([
    findBrokers(process.env, { given: true }),
    findBrokers(process.env, { given: false }),
    readdir(join(projectRoot, 'tests'), { recursive: true }),
  ]);
  const suites = planSuites(files, { any, own });
  return suites.filter(({ name }) => only.length === 0 || only.includes(name.split(' ')[0]!));
}

async function runScript(name: string): Promise<SuiteResult> {
  const { scripts } = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  if (!scripts[name]) return notRun(name, `package.json has no script ${name}`);
  return timed(name, async () => {
    const code = await runToEnd('npm', { args: ['run', '--silent', name], signal });
    return { passed: 0, failed: code === 0 ? 0 : 1 };
  });
}

/** Servers given by address or started once for all suites that need them; each suite makes databases of its own. */
async function runWithServers(suites: readonly Suite[]): Promise<SuiteResult[]> {
  const needed = new Set(suites.filter(({ hindrance }) => hindrance === null).flatMap(({ needs }) => needs));
  const brokers = brokerRoles.filter((role) => needed.has(role));
  const dataFolder = await mkdtemp(join(tmpdir(), 'carillon-test-'));
  const counts = { apis: 0, schedulers: 0, workers: 0 };
  let stack: Stack | null = null;
  try {
    stack = await startStack({ dataFolder, brokers, givenBrokers: true, signal, ...counts });
    const results: SuiteResult[] = [];
    for (const suite of suites) results.push(await runSuite(suite, stack.addresses));
    return results;
  } catch (error) {
    const reason = (error as Error).message;
    return suites.map(({ name }) => notRun(name, reason));
  } finally {
    await stack?.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function runSuite(suite: Suite, addresses: Stack['addresses']): Promise<SuiteResult> {
  const { name, files, ownServers, hindrance } = suite;
  if (hindrance !== null) return notRun(name, hindrance);
  if (signal.aborted) return notRun(name, 'interrupted');
  console.log(`\n${name}`);
  const environment = environmentFor(suite, addresses);
  return timed(name, () => runVitest({ files, environment, oneFileAtATime: ownServers, signal }));
}

/** Ours, but of the addresses only those the suite may use. */
function environmentFor({ needs }: Suite, addresses: Stack['addresses']): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  for (const role of brokerRoles) {
    delete environment[addressVariables[role]];
    if (needs.includes(role)) environment[addressVariables[role]] = addresses[role];
  }
  return environment;
}

async function timed(name: string, run: () => Promise<Counts>): Promise<SuiteResult> {
  const begun = performance.now();
  const counts = await run();
  return { name, ...counts, seconds: (performance.now() - begun) / 1000, notRun: null };
}

function notRun(name: string, reason: string): SuiteResult {
  return { name, passed: 0, failed: 0, seconds: 0, notRun: reason };
}
