/**
 * What starts and stops. The order of stopping, for every service: stop intake, drain, give back what is held, resign,
 * close; each step may still need what comes later, never what came before.
 */
export interface Lifecycle {
  /** Safe to call twice; the second call is the first one's promise. */
  start(): Promise<void>;
  /** Safe to call twice and before `start`; resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

/** Stops in the given order, going on after a failure; rejects with the first failure at the end. */
export async function stopAll(parts: readonly { stop(): Promise<void> }[]): Promise<void> {
  const errors: unknown[] = [];
  for (const part of parts) await part.stop().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
