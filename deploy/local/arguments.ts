/** The options of `npm run stack` and of the commands that change its size, read and checked; options have defaults. */
import { parseArgs } from 'node:util';
import { coordinations, rings, type Coordination, type Ring } from './brokers.js';
import { serviceRoles, type ServiceRole } from './services.js';

export interface StackArguments {
  apiPort: number;
  apis: number;
  schedulers: number;
  workers: number;
  zookeepers: number;
  coordination: Coordination;
  ring: Ring;
  dataFolder: string;
}

export const usage = `npm run stack -- [options]
  --port 3000          port of the first api; further ones take the ports after it
  --apis 1             how many of each
  --schedulers 2       with coordination single 1
  --workers 2
  --zookeepers 1
  --coordination zookeeper
                       how schedulers elect one: ${coordinations.join(', ')}
  --ring leader        who owns the shards: leader (the others stand by) or shared (all of them)
  --data ./data/stack  folder for stack.json, logs and the brokers' data
Brokers are taken from MONGODB_URL, RABBITMQ_URL, ZOOKEEPER_SERVERS, or started from what this machine has.`;

const defaults = {
  port: '3000',
  apis: '1',
  workers: '2',
  zookeepers: '1',
  coordination: 'zookeeper',
  ring: 'leader',
  data: './data/stack',
};

/** Null when help was asked for. Throws a message for a person when an option is unknown or out of range. */
export function parseStackArguments(words: readonly string[]): StackArguments | null {
  const text = (name: keyof typeof defaults) => ({ type: 'string' as const, default: defaults[name] });
  const { values } = parseArgs({
    args: [...words],
    options: {
      port: text('port'),
      apis: text('apis'),
      schedulers: { type: 'string' },
      workers: text('workers'),
      zookeepers: text('zookeepers'),
      coordination: text('coordination'),
      ring: text('ring'),
      data: text('data'),
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const coordination = oneOf('--coordination', values.coordination, coordinations);
  const schedulers = values.schedulers ?? (coordination === 'single' ? '1' : '2');
  return {
    apiPort: whole('port', values.port, { from: 1, to: 65_535 }),
    apis: whole('apis', values.apis, { from: 0, to: 32 }),
    schedulers: whole('schedulers', schedulers, { from: 0, to: 64 }),
    workers: whole('workers', values.workers, { from: 0, to: 64 }),
    zookeepers: whole('zookeepers', values.zookeepers, { from: 1, to: 7 }),
    coordination,
    ring: oneOf('--ring', values.ring, rings),
    dataFolder: values.data,
  };
}

export const sizeUsage = `npm run stack:add -- scheduler|worker|api [--data ./data/stack]
npm run stack:remove -- scheduler-3 [--data ./data/stack]
Changes the size of the stack that runs on the data folder.`;

/** One more of a role, or one less, by its id. */
export type SizeChange = { add: ServiceRole } | { remove: string };

export interface SizeArguments {
  dataFolder: string;
  change: SizeChange;
}

/** Null when help was asked for. Throws a message for a person. The first word says which command it is. */
export function parseSizeArguments(words: readonly string[]): SizeArguments | null {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: { data: { type: 'string', default: defaults.data }, help: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  if (values.help) return null;
  const [command, what, ...more] = positionals;
  if (more.length > 0) throw new Error(`one at a time: ${more.join(' ')} is too much`);
  return { dataFolder: values.data, change: sizeChangeOf(command, what) };
}

function sizeChangeOf(command: string | undefined, what: string | undefined): SizeChange {
  if (command === 'add') return { add: oneOf('what to add', what, serviceRoles) };
  if (what === undefined) throw new Error('say which one to remove, for instance scheduler-3');
  return { remove: what };
}

function whole(name: string, text: string, { from, to }: { from: number; to: number }): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= from && value <= to) return value;
  throw new Error(`--${name} must be a whole number from ${from} to ${to}, not ${JSON.stringify(text)}`);
}

function oneOf<Word extends string>(name: string, text: string | undefined, words: readonly Word[]): Word {
  const found = words.find((word) => word === text);
  if (found) return found;
  throw new Error(`${name} must be one of ${words.join(', ')}, not ${JSON.stringify(text ?? '')}`);
}
