/**
 * `npm run model`: explores the small worlds, and takes out each guard in turn. `-- --full` explores the large worlds
 * too, `-- --world NAME` one alone, `-- --traces` writes tests/model/traces.md anew. Ends with 1 when something that has to hold does
 * not, or a guard can be taken out without harm.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { explore, type Breach } from './explore.js';
import { guards, guardsWithout } from './guards.js';
import { exploreWithout, proofs, type Proof } from './proofs.js';
import { protocol } from './protocol.js';
import { tracesDocument } from './traces.js';
import type { World } from './world.js';
import { largeWorlds, smallWorlds } from './worlds.js';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    traces: { type: 'boolean', default: false },
    world: { type: 'string' },
  },
});

if (values.traces) writeFileSync('tests/model/traces.md', tracesDocument(proofs));
else if (!run()) process.exitCode = 1;

function run(): boolean {
  const worlds = [...smallWorlds, ...largeWorlds].filter(
    (world) =>
      world.name === (values.world ?? world.name) &&
      (values.full || values.world || smallWorlds.includes(world)),
  );
  const holds = worlds.map(exploreWorld);
  const breaks = values.world ? [] : proofs.map(takeOut);
  return worlds.length > 0 && [...holds, ...breaks].every(Boolean);
}

function exploreWorld(world: World): boolean {
  const begun = performance.now();
  const { states, steps, depth, breach } = explore(protocol({ world, guards: guardsWithout() }));
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const megabytes = Math.round(process.memoryUsage().rss / 1e6);
  print(`${world.name}: ${states} states, ${steps} steps, depth ${depth}, ${seconds} s, ${megabytes} MB`);
  if (breach) tell(breach);
  return breach === null;
}

function takeOut(proof: Proof): boolean {
  const { states, breach } = exploreWithout(proof);
  print(`\nunless ${guards[proof.guard]} (${states} states):`);
  if (breach) tell(breach);
  else print('  nothing breaks');
  return breach?.invariant === proof.invariant;
}

function tell({ invariant, trace, isDeadEnd }: Breach): void {
  trace.forEach((sentence, i) => print(`  ${i + 1}. ${sentence}`));
  print(`  ${invariant} is broken${isDeadEnd ? ': no way leads from here to a good end' : ''}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
