/**
 * `npm run chaos`: real processes under load, and every fault on the list with every clustered kind of coordination. Prints
 * the table; exits with 1 when anything that is promised did not hold.
 */
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { watchInterruption } from '../../shared/process/interruption.js';
import { parseChaosArguments, usage, type ChaosArguments } from './arguments.js';
import type { Coordination } from '../../deploy/local/brokers.js';
import { readArguments } from '../../deploy/local/command-arguments.js';
import { markdownTable } from './report.js';
import { Rig } from './rig.js';
import { tryFault, type Row } from './trial.js';

const { signal } = watchInterruption(() => process.exit(1));
const given = readArguments(parseChaosArguments, usage);
if (given) {
  const begun = loadavg();
  const rows: Row[] = [];
  for (const coordination of given.coordinations) rows.push(...(await tryAll(given, coordination)));
  const loads = [begun[0], loadavg()[0]].map((load) => load!.toFixed(1)).join(' to ');
  console.log(given.json ? JSON.stringify({ ...given, loads, rows }, null, 2) : markdownTable(rows));
  if (!given.json)
    console.log(`\n${given.rate} timers a second, ${given.schedulers} schedulers; load average ${loads}`);
  process.exitCode = signal.aborted ? 130 : rows.some(({ broken }) => broken.length > 0) ? 1 : 0;
}

async function tryAll(options: ChaosArguments, coordination: Coordination): Promise<Row[]> {
  const { rate, schedulers } = options;
  const faults = options.faults.filter(({ only }) => only === undefined || only === coordination);
  const rows: Row[] = [];
  if (faults.length === 0 || signal.aborted) return rows;
  tell(`${coordination}: starting ${schedulers} schedulers`);
  const rig = await Rig.start({
    coordination,
    schedulers,
    apis: 2,
    workers: 2,
    dataFolder: join(options.dataFolder, coordination),
    say: options.verbose ? tell : undefined,
  });
  try {
    for (const fault of faults) {
      if (signal.aborted) break;
      const row = await tryFault(rig, fault, rate);
      tell(
        `${coordination}: ${fault.title}: ${row.broken.join('; ') || 'as promised'} (longest ${row.longest} ms)`,
      );
      rows.push(row);
    }
  } finally {
    await rig.stop();
  }
  return rows;
}

/** What happens meanwhile goes to stderr: stdout is for the result. */
function tell(line: string): void {
  console.error(line);
}
