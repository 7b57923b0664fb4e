/** What is done to a system and what is read off it: one run of one workload on a system that was started for it. */
import type { Histogram } from '../call-account.js';
import type { Receiver } from '../receiver-client.js';
import type { Shape, Subject } from '../systems/system.js';

export interface World {
  subject: Subject;
  receiver: Receiver;
  /** 1 is the published length; 0.1 a tenth of it. */
  scale: number;
  /** Aborted when the run is over or given up: nothing may be posted any more. */
  signal: AbortSignal;
}

/** By the keys of the workload's columns; absent where it could not be had. */
export type Figures = Readonly<Record<string, number>>;

export interface Measurement {
  figures: Figures;
  lateness?: Histogram;
  /** CPU seconds by process, of those in the workload's window. */
  cpuSeconds?: Readonly<Record<string, number>>;
}

export interface Column {
  key: string;
  title: string;
}

export interface Workload {
  /** As given to `--workloads`. */
  name: string;
  title: string;
  /** What is done, in a sentence. */
  told: string;
  columns: readonly Column[];
  shape: Shape;
  /** Never more than this, whatever was asked: it takes long. */
  roundsAtMost?: number;
  run(world: World): Promise<Measurement>;
}

export const one: Shape = { workers: 1, schedulers: 1 };

/** A whole number of the scaled amount, at least `least`. */
export function scaled(amount: number, scale: number, least = 1): number {
  return Math.max(least, Math.round(amount * scale));
}
