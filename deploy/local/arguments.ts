/** The options of `npm run stack`, read and checked; all of them have defaults. */
import { parseArgs } from 'node:util';
import { coordinations, type Coordination } from './brokers.js';

export interface StackArguments {
  apiPort: number;
  apis: number;
  schedulers: number;
  workers: number;
  zookeepers: number;
  coordination: Coordination;
  dataFolder: string;
}

export const usage = `npm run stack -- [options]
  --port 3000          port of the first api; further ones take the ports after it
  --apis 1             how many of each
  --schedulers 2
  --workers 2
  --zookeepers 1
  --coordination zookeeper
                       how schedulers elect one: ${coordinations.join(', ')}
  --data ./data/stack  folder for stack.json, logs and the brokers' data
Brokers are taken from MONGODB_URL, RABBITMQ_URL, ZOOKEEPER_SERVERS, or started from what this machine has.`;

const defaults = {
  port: '3000',
  apis: '1',
  schedulers: '2',
  workers: '2',
  zookeepers: '1',
  coordination: 'zookeeper',
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
      schedulers: text('schedulers'),
      workers: text('workers'),
      zookeepers: text('zookeepers'),
      coordination: text('coordination'),
      data: text('data'),
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  return {
    apiPort: whole('port', values.port, { from: 1, to: 65_535 }),
    apis: whole('apis', values.apis, { from: 0, to: 32 }),
    schedulers: whole('schedulers', values.schedulers, { from: 0, to: 64 }),
    workers: whole('workers', values.workers, { from: 0, to: 64 }),
    zookeepers: whole('zookeepers', values.zookeepers, { from: 1, to: 7 }),
    coordination: coordinationOf(values.coordination),
    dataFolder: values.data,
  };
}

function whole(name: string, text: string, { from, to }: { from: number; to: number }): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= from && value <= to) return value;
  throw new Error(`--${name} must be a whole number from ${from} to ${to}, not ${JSON.stringify(text)}`);
}

function coordinationOf(text: string): Coordination {
  const found = coordinations.find((coordination) => coordination === text);
  if (found) return found;
  throw new Error(`--coordination must be one of ${coordinations.join(', ')}, not ${JSON.stringify(text)}`);
}
