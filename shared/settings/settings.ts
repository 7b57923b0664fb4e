/**
 * What can be set while everything runs. A version says all of it: what it leaves out is as each process is configured.
 * Pure. An option stands here only once its effect is built.
 */
export interface Settings {
  /** No callback leaves; what falls due meanwhile waits and is then late, as after an outage. */
  dispatchPaused?: boolean;
  /** How far ahead of their time timers are claimed. */
  lookAheadMs?: number;
  /** Call slots of each worker, at most as many as it is configured with. */
  workerConcurrency?: number;
}

/** Who acts by settings asks here, for the instant of each task. */
export interface SettingsSource {
  /** What a task uses that starts at this instant, epoch milliseconds. */
  at(instant: number): Settings;
  /** Calls `listener` when other settings hold than before, and when versions to come are known. */
  onChange(listener: () => void): void;
}
