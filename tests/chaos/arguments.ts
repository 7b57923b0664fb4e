/** The options of `npm run chaos`, read and checked; all of them have defaults. */
import { parseArgs } from 'node:util';
import type { Coordination } from '../../deploy/local/brokers.js';
import { faults, type Fault } from './faults.js';

export interface ChaosArguments {
  coordinations: readonly Coordination[];
  faults: readonly Fault[];
  /** Timers a second. */
  rate: number;
  schedulers: number;
  /** Logs and data of each kind of coordination, in a folder of its own. */
  dataFolder: string;
  json: boolean;
  /** Tells what happens to each process. */
  verbose: boolean;
}

const clustered = ['raft', 'ranked', 'zookeeper'] as const;

export const usage = `npm run chaos -- [options]
  --coordination ${clustered.join('|')}
                     all three, one after another, unless told
  --scenario name    one of those below (several: repeat it); all unless told
  --rate 500         timers a second
  --schedulers 5
  --data ./data/chaos
                     folder for logs and data, a subfolder for each coordination, emptied first
  --json             prints JSON instead of a table
  --verbose          tells what happens to each process
scenarios:
${faults.map(({ name, title }) => `  ${name.padEnd(16)} ${title}`).join('\n')}`;

/** Null when help was asked for. Throws a message for a person when an option is unknown or out of range. */
export function parseChaosArguments(words: readonly string[]): ChaosArguments | null {
  const { values } = parseArgs({
    args: [...words],
    options: {
      coordination: { type: 'string', multiple: true, default: [...clustered] },
      scenario: { type: 'string', multiple: true, default: faults.map(({ name }) => name) },
      rate: { type: 'string', default: '500' },
      schedulers: { type: 'string', default: '5' },
      data: { type: 'string', default: './data/chaos' },
      json: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  return {
    coordinations: values.coordination.map((text) => oneOf('coordination', text, clustered)),
    faults: values.scenario.map((text) => faultCalled(text)),
    rate: whole('rate', values.rate, { from: 1, to: 10_000 }),
    schedulers: whole('schedulers', values.schedulers, { from: 3, to: 16 }),
    dataFolder: values.data,
    json: values.json,
    verbose: values.verbose,
  };
}

function faultCalled(text: string): Fault {
  const name = oneOf(
    'scenario',
    text,
    faults.map((fault) => fault.name),
  );
  return faults.find((fault) => fault.name === name)!;
}

function oneOf<Name extends string>(option: string, text: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw new Error(`--${option} must be one of ${names.join(', ')}, not ${JSON.stringify(text)}`);
}

function whole(option: string, text: string, { from, to }: { from: number; to: number }): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= from && value <= to) return value;
  throw new Error(`--${option} must be a whole number from ${from} to ${to}, not ${JSON.stringify(text)}`);
}
