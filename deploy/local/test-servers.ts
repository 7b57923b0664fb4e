/** `npm run test:servers`: gets the servers that the full test needs and this machine lacks. */
import { brokerRoles } from './brokers.js';
import { watchInterruption } from '../../shared/process/interruption.js';
import { supplyBroker } from './servers/supply.js';
import type { Way } from './servers/way.js';
import { textTable } from './text-table.js';

// A Ctrl-C reaches the command that runs; what it leaves half done is tidied before this process ends.
const { signal } = watchInterruption(() => process.exit(1));

const rows: string[][] = [];
for (const role of brokerRoles) {
  if (signal.aborted) break;
  const way = await supplyBroker(role, (line) => console.log(line));
  if (way.kind === 'missing') process.exitCode = 1;
  rows.push([role, describe(way)]);
}
console.log(textTable(rows));
process.exit();

function describe(way: Way): string {
  if (way.kind === 'url') return `given: ${way.url}`;
  return way.kind === 'program' ? `at hand: ${way.from}` : `MISSING: ${way.reason} (${way.remedy})`;
}
