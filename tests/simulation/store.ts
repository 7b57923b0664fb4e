/**
 * The simulated store: the real adapter on SQLite in memory behind a door for each process. Everything that matters is
 * the adapter's; the door adds the way there and back, with what may befall it, and tells a witness what has landed. A
 * change takes the two trips of a transaction, between which others may come first. `broken` leaves out a guard.
 */
import { CarillonError } from '../../shared/base/errors.js';
import type { Current, Decision, Store, TimerStore } from '../../shared/store/store.js';
import type { TimerKey } from '../../shared/timers/timer.js';
import type { Life } from './machine.js';
import type { Network } from './network.js';

/** What has happened in the store, told at the very instant. */
export interface Landing {
  by: Life;
  /** Role and method, such as `delivery.start`. */
  what: string;
  args: readonly unknown[];
  result: unknown;
}

export interface DoorOptions {
  store: Store;
  network: Network;
  life: Life;
  witness(landing: Landing): Promise<void>;
  /** Takes the place of a method, to see what the guard in it was good for. */
  broken?: Partial<Record<string, BrokenMethod>>;
}

/** Given the real method, the arguments and whose door it is, does something worse. */
export type BrokenMethod = (method: Method, args: never[], life: Life) => Promise<unknown>;
export type Method = (...args: unknown[]) => Promise<unknown>;

const deadlineMs = 2_000;
const mostTries = 20;
const roles = [
  'executions',
  'schedule',
  'delivery',
  'processes',
  'documents',
  'changes',
  'serviceLevels',
  'keys',
  'quotas',
] as const;

/** The store as a process of this life reaches it. */
export function doorTo(options: DoorOptions): Store {
  const { store } = options;
  const timers = { ...roleDoor(options, 'timers'), change: changeDoor(options) } as TimerStore;
  const others = Object.fromEntries(roles.map((role) => [role, roleDoor(options, role)]));
  return {
    ...others,
    timers,
    ping: () => reach(options, 'ping', () => store.ping()),
    close: () => Promise.resolve(),
  } as unknown as Store;
}

function roleDoor(options: DoorOptions, role: (typeof roles)[number] | 'timers'): object {
  const target = options.store[role];
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(target)).filter((n) => n !== 'constructor');
  const methods = names.map((name) => {
    const what = `${role}.${name}`;
    const real = (Reflect.get(target, name) as Method).bind(target);
    const broken = options.broken?.[what];
    const method = (...args: unknown[]): Promise<unknown> =>
      reach(options, what, async () => {
        const result = await (broken ? broken(real, args as never[], options.life) : real(...args));
        await options.witness({ by: options.life, what, args, result });
        return result;
      });
    return [name, method] as const;
  });
  return Object.fromEntries(methods);
}

/** Reads in one trip, decides here, writes in the next if nothing has changed in between; else begins again. */
function changeDoor(options: DoorOptions): TimerStore['change'] {
  return async <Reply>(key: TimerKey, decide: (current: Current | null) => Decision<Reply>) => {
    for (let tries = 0; tries < mostTries; tries++) {
      const read = await reach(options, 'change', () => readCurrent(options.store, key));
      const decision = decide(read);
      if (!decision.change) return decision.reply;
      if (await reach(options, 'change', () => write(options, { key, read, decision })))
        return decision.reply;
    }
    throw unavailable('a transaction met others again and again');
  };
}

function readCurrent({ timers }: Store, key: TimerKey): Promise<Current | null> {
  return timers.change(key, (current) => ({ change: null, reply: current }));
}

interface Write {
  key: TimerKey;
  read: Current | null;
  decision: Decision<unknown>;
}

/** False when somebody came in between. */
async function write(options: DoorOptions, { key, read, decision }: Write): Promise<boolean> {
  const { store, life, witness, broken } = options;
  const method: Method = (change) =>
    store.timers.change(key, (current) =>
      JSON.stringify(current) === JSON.stringify(read)
        ? ({ ...decision, change, reply: true } as Decision<boolean>)
        : { change: null, reply: false },
    );
  const worse = broken?.['timers.change'];
  const args = [decision.change];
  const written = await (worse ? worse(method, args as never[], life) : method(...args));
  if (written) await witness({ by: life, what: 'timers.change', args: [key, decision.change], result: true });
  return written as boolean;
}

function reach<Result>(
  { network, life }: DoorOptions,
  what: string,
  land: () => Promise<Result>,
): Promise<Result> {
  const failure = (): CarillonError => unavailable(`${what} got no answer`);
  return network.call(life, { to: 'store', land, deadlineMs, failure });
}

function unavailable(message: string): CarillonError {
  return new CarillonError('store-unavailable', message);
}
