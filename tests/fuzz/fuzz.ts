/**
 * npm run fuzz -- [--requests 20000] [--seed 1] [--in-flight 40] | --seed S --only N
 * Prints the answers by operation and status, and what was wrong with them; exit code 1 when anything was.
 */
import { parseArgs } from 'node:util';
import { fuzz } from './run.js';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    'in-flight': { type: 'string', default: '40' },
  },
});
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const { tally, residentBytes, seconds } = await fuzz({
  seed: Number(values.seed),
  requests: Number(values.requests),
  inFlight: Number(values['in-flight']),
  ...(values.only !== undefined && { only: Number(values.only) }),
});
say(tally.toString());
say(
  `${tally.total} requests in ${seconds.toFixed(1)} s: ${JSON.stringify(tally.byStatus)}; ${Math.round(residentBytes / 2 ** 20)} MiB resident`,
);
for (const { complaint, index, request, times } of tally.findings)
  say(`\n${times} times ${complaint}\n  first by --only ${index}: ${request}`);
if (tally.findings.length > 0) process.exitCode = 1;
