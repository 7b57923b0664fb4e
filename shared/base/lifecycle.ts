/**
 * What starts and stops. The order of stopping, for every service: stop intake, drain, give back what is held, resign,
 * close; each step may still need what comes later, never what came before.
 */
export interface Lifecycle {
  /** Safe to call twice. A promise where the beginning takes time. */
  start(): Promise<void> | void;
  /** Safe to call twice and before `start`; resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}
