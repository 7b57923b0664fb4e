/** PORT: the part of the store in which every process keeps its own row, and sees those of the others. */

import type { Phase } from '../ring/handover.js';
import type { Ring } from '../ring/ring.js';

/** One life of one process. */
export interface ProcessRow {
  incarnation: string;
  /** The configured name, such as `worker-1`; several lives share it. */
  name: string;
  service: string;
  host: string;
  pid: number;
  /** Grows with each renewal. */
  counter: number;
  gone: boolean;
  startedAt: number;
  /** What the process tells of itself at each renewal. */
  report: ProcessReport;
}

export interface ProcessReport {
  /** When it told this, by its own corrected clock. */
  toldAt?: number;
  /** The store's clock less its own, uncorrected. */
  skewMs?: number;
  adminUrl?: string;
  /** Of the newest settings that it knows. */
  settingsVersion?: number;
  /** Of a scheduler: as the election has it. */
  role?: string;
  term?: number;
  rank?: number;
  /** The latest due instant that it has claimed up to; 0 before any. */
  position?: number;
  ringVersion?: number;
  /** The ring as it knows it; of a leader also where the handover stands. */
  ring?: { versions: Ring; phase: Phase };
  /** Messages that a worker holds and has not started. */
  unstarted?: number;
  /** Executions that a worker started in the last second. */
  startedPerSecond?: number;
}

export interface ProcessStore {
  /** Inserts the row of a new incarnation; the adapter keeps its own server sessions beside it. */
  register(row: ProcessRow): Promise<void>;
  /** Writes the counter and the report; false when the row is gone or missing: then the incarnation is over. */
  renew(incarnation: string, counter: number, report: ProcessReport): Promise<boolean>;
  list(): Promise<ProcessRow[]>;
  /** Compare-and-set on the counter; true when the row is gone afterwards. Ends the server sessions of the gone one first. */
  declareGone(incarnation: string, counter: number): Promise<boolean>;
  /** Removes the row: of a process that resigned, or of a gone one after nothing is left that it held. */
  forget(incarnation: string): Promise<void>;
  /** The store's own clock. `source` names the server that answered. */
  time(): Promise<{ source: string; time: number }>;
}
