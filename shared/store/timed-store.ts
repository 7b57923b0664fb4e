/**
 * A store that tells how long its calls take, by port and method, failed ones included: what a process waits for its
 * store can so be told from its own work. It changes nothing else about a call.
 */
import type { Clock } from '../base/clock.js';
import type { Store } from './store.js';

type Call = (...given: unknown[]) => Promise<unknown>;

/** @param onCall told each call by port and method, such as `delivery.start`, and how many milliseconds it took */
export function timedStore(
  store: Store,
  { clock, onCall }: { clock: Clock; onCall(call: string, ms: number): void },
): Store {
  const timed =
    (call: string, run: Call): Call =>
    (...given) => {
      const begun = clock.monotonic();
      return run(...given).finally(() => onCall(call, clock.monotonic() - begun));
    };
  const timedPort = (port: string, of: object) =>
    withEach(of, (name, method) => timed(`${port}.${name}`, (method as Call).bind(of)));
  return withEach(store, (name, part) =>
    typeof part === 'function' ? part.bind(store) : timedPort(name, part as object),
  ) as Store;
}

/** The same object to its users, each of its parts replaced at the first use; what it has not, this has not either. */
function withEach(of: object, replace: (name: string, part: unknown) => unknown): object {
  const replaced = new Map<string | symbol, unknown>();
  return new Proxy(of, {
    get(target, name) {
      if (!(name in target)) return undefined;
      if (!replaced.has(name)) replaced.set(name, replace(String(name), Reflect.get(target, name)));
      return replaced.get(name);
    },
  });
}
