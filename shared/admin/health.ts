/** Whether a service can do its work: one check a dependency, all asked at once, none for longer than its bound. */
import { messageOf } from '../base/errors.js';
import type { Clock } from '../base/clock.js';

/** Resolves when the dependency can be used, rejects with the reason otherwise. */
export type Check = () => Promise<void>;
export type Checks = Readonly<Record<string, Check>>;

export interface Readiness {
  ready: boolean;
  /** `ok`, or why not, by the name of the dependency. */
  dependencies: Record<string, string>;
}

const boundMs = 3_000;

export async function readiness(checks: Checks, clock: Clock): Promise<Readiness> {
  const entries = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await ask(check, clock)] as const),
  );
  return { ready: entries.every(([, answer]) => answer === 'ok'), dependencies: Object.fromEntries(entries) };
}

function ask(check: Check, clock: Clock): Promise<string> {
  return new Promise((resolve) => {
    const cancel = clock.after(boundMs, () => resolve(`no answer within ${boundMs} ms`));
    check()
      .then(() => resolve('ok'))
      .catch((error: unknown) => resolve(messageOf(error)))
      .finally(cancel);
  });
}
