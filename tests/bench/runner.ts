/**
 * Side by side: for each workload and round every system in turn, in another order each round, each started anew and
 * ended before the next. A system that fails a round is told of and goes on; what cannot run at all is NOT RUN.
 */
import { messageOf } from '../../shared/base/errors.js';
import { Receiver } from './receiver-client.js';
import { mergeHistograms } from './report/statistics.js';
import type { NotRun, Row, WorkloadResult } from './report/results.js';
import type { Servers } from './servers/servers.js';
import { lackOf } from './systems/catalogue.js';
import type { System } from './systems/system.js';
import type { Measurement, Workload } from './workloads/workload.js';

export interface Course {
  systems: readonly System[];
  workloads: readonly Workload[];
  rounds: number;
  scale: number;
  servers: Servers;
  /** Told after each run. */
  say(line: string): void;
  signal: AbortSignal;
}

export interface Outcome {
  workloads: WorkloadResult[];
  notRun: NotRun[];
  settings: Record<string, string>;
}

const longestRunMs = 1_800_000;

export async function runCourse(course: Course): Promise<Outcome> {
  const receiver = await Receiver.start();
  const outcome: Outcome = { workloads: [], notRun: [], settings: {} };
  try {
    const able = await ableSystems(course, outcome);
    for (const workload of course.workloads) {
      const willing = able.filter((system) => isWilling(system, workload, outcome));
      if (willing.length > 0)
        outcome.workloads.push(
          await runWorkload({ ...course, systems: willing }, workload, { receiver, outcome }),
        );
    }
    return outcome;
  } finally {
    receiver.stop();
  }
}

/** The order of a round: everybody has once been first when there are as many rounds as systems. */
export function orderOf<Item>(items: readonly Item[], round: number): Item[] {
  const first = round % Math.max(1, items.length);
  return [...items.slice(first), ...items.slice(0, first)];
}

async function ableSystems({ systems, servers }: Course, { notRun }: Outcome): Promise<System[]> {
  const able: System[] = [];
  for (const system of systems) {
    const reason = await lackOf(system, servers);
    if (reason === null) able.push(system);
    else notRun.push({ title: system.title, workload: null, reason });
  }
  return able;
}

function isWilling(system: System, { name }: Workload, { notRun }: Outcome): boolean {
  const reason = system.refuses(name);
  if (reason !== null) notRun.push({ title: system.title, workload: name, reason });
  return reason === null;
}

async function runWorkload(
  course: Course,
  workload: Workload,
  { receiver, outcome }: { receiver: Receiver; outcome: Outcome },
): Promise<WorkloadResult> {
  const { name, title, told, columns } = workload;
  const rows = new Map<string, Row>(
    course.systems.map((system) => [
      system.name,
      { system: system.name, title: system.title, rounds: [], lateness: [], failures: [] },
    ]),
  );
  const rounds = Math.min(course.rounds, workload.roundsAtMost ?? course.rounds);
  for (let round = 0; round < rounds; round++) {
    for (const system of orderOf(course.systems, round)) {
      if (course.signal.aborted) break;
      const row = rows.get(system.name)!;
      try {
        const { settings, measurement } = await measure(course, { system, workload, receiver });
        outcome.settings[system.title] = settings;
        enter(row, measurement);
        course.say(`${name} ${round + 1}/${rounds} ${system.name}: ${said(measurement)}`);
      } catch (error) {
        row.failures.push(messageOf(error).split('\n')[0]!);
        course.say(`${name} ${round + 1}/${rounds} ${system.name}: FAILED ${messageOf(error)}`);
      }
    }
  }
  return { name, title, told, columns, rows: [...rows.values()] };
}

interface Run {
  system: System;
  workload: Workload;
  receiver: Receiver;
}

async function measure(
  { servers, scale, signal: stopped }: Course,
  { system, workload, receiver }: Run,
): Promise<{ settings: string; measurement: Measurement }> {
  const subject = await system.start(workload.shape, servers);
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, stopped, AbortSignal.timeout(longestRunMs)]);
  try {
    const measuring = workload.run({ subject, receiver, scale, signal });
    return { settings: subject.settings, measurement: await Promise.race([measuring, givenUp(signal)]) };
  } finally {
    over.abort();
    await subject.stop();
  }
}

function givenUp(signal: AbortSignal): Promise<never> {
  const promise = new Promise<never>((_, reject) => {
    const say = (): void => reject(new Error('given up: stopped, or longer than half an hour'));
    if (signal.aborted) say();
    else signal.addEventListener('abort', say, { once: true });
  });
  // Nobody waits for it any more when the run is over.
  promise.catch(() => {});
  return promise;
}

function enter(row: Row, { figures, lateness = [], cpuSeconds = {} }: Measurement): void {
  row.rounds.push({ figures, cpuSeconds });
  row.lateness = mergeHistograms([row.lateness, lateness]);
}

function said({ figures }: Measurement): string {
  return Object.entries(figures)
    .map(([key, figure]) => `${key} ${Math.round(figure * 100) / 100}`)
    .join(', ');
}
