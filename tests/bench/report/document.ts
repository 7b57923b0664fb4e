/**
 * docs/performance.md, made whole from the results: what was compared, how, on what, and what came out. Without results
 * it says how to get them. Nobody writes in it by hand.
 */
import { workloads } from '../workloads/catalogue.js';
import type { NotRun, Results } from './results.js';
import { tableOf } from './table.js';

export function documentOf(results: Results | null): string {
  const found = results ? [conditions(results), ...figures(results)] : [nothingYet];
  return [method, ...found].join('\n\n') + '\n';
}

/** The file of a workload's plot, beside results.json. */
export function plotName(workload: string): string {
  return `lateness-${workload}.svg`;
}

const method = `# Performance

Made by \`npm run bench -- --write\`; do not edit.

## What is compared

Carillon as one process (\`embedded\`) and on MongoDB, RabbitMQ and ZooKeeper (\`stack\`); BullMQ on Redis, pg-boss and graphile-worker on
PostgreSQL, Agenda on MongoDB (the same server as the stack's); the floor: one process with setTimeout and undici that keeps nothing; and a
bare Fastify route that accepts and forgets. Each but the last two stock and tuned, as its own documents recommend.

- Every system is created on by HTTP, on \`POST /v1/timers\` and \`POST /v1/timers:batch\`. The peers stand behind a Fastify route with a schema
  of the same timer, which answers when the library has acknowledged: what is compared is a service made with the library, not a function
  call. Carillon's route does more (problem documents, every option of a timer, the whole timer in its answer); that is its own cost.
- Every system calls with undici, POST, the same body, at most 100 calls at once over all its workers.
- Calls are counted by a process apart, which reads timer and due instant from the URL it is called at: never by the word of a library.
- Systems run one after the other, each started anew on an empty database for each workload and round, in another order each round. Tables
  show medians and, in brackets, smallest and largest. CPU is of all processes of a system, database and broker included, in seconds for
  1,000 timers. Memory counts what is shared once.
- Durability is not the same. A 201 of Carillon is committed with majority and journal, or synced to disk; PostgreSQL syncs each commit;
  Redis syncs once a second, after it has answered.

| workload | what is done |
| --- | --- |
${workloads.map(({ name, told }) => `| \`${name}\` | ${told} |`).join('\n')}`;

const nothingYet = `## Results

Not measured at full length yet.`;

function conditions({ date, commit, scale, rounds, machine, versions, settings }: Results): string {
  const listed = (entries: Readonly<Record<string, string>>): string =>
    Object.entries(entries)
      .map(([name, value]) => `| ${name} | ${value} |`)
      .join('\n');
  return `## Conditions

${date.slice(0, 10)}, commit ${commit}, Node ${machine.node}; ${machine.processor}, ${machine.cores} cores shared by everything, the load and the receiver
included; ${machine.memoryGb} GB, ${machine.system}; load average before it began ${machine.loadBefore}. ${rounds} rounds${scale === 1 ? '' : `, at ${scale} of the full length`}.

| system | settings |
| --- | --- |
${listed(settings)}

| part | version |
| --- | --- |
${listed(versions)}`;
}

function figures(results: Results): string[] {
  const sections = results.workloads.map((result) => {
    const plot = result.rows.some(({ lateness }) => lateness.length > 0)
      ? [`![${result.title}: distribution of lateness](performance/${plotName(result.name)})`]
      : [];
    const failures = result.rows.flatMap((row) => row.failures.map((why) => `- ${row.title}: ${why}`));
    return [`## ${result.title}`, result.told, tableOf(result), ...plot, ...lines(failures)].join('\n\n');
  });
  return [...sections, ...notRun(results.notRun)];
}

function notRun(missing: readonly NotRun[]): string[] {
  if (missing.length === 0) return [];
  const items = missing.map(
    ({ title, workload, reason }) =>
      `- NOT RUN: ${title}${workload === null ? '' : `, \`${workload}\``}: ${reason}`,
  );
  return ['## Not run', ...lines(items)];
}

function lines(items: readonly string[]): string[] {
  return items.length > 0 ? [items.join('\n')] : [];
}
