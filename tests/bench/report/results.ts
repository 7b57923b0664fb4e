/** What one bench found: the shape of results.json, from which the tables, the plots and the document are made. */
import type { Histogram } from '../call-account.js';
import type { Column, Figures } from '../workloads/workload.js';

export interface Machine {
  processor: string;
  cores: number;
  memoryGb: number;
  system: string;
  node: string;
  /** Load average of the minute before the bench: above half a processor or so the figures are worth little. */
  loadBefore: number;
}

export interface Round {
  figures: Figures;
  cpuSeconds: Readonly<Record<string, number>>;
}

export interface Row {
  system: string;
  title: string;
  rounds: Round[];
  /** Over all rounds; empty where the workload has no lateness. */
  lateness: Histogram;
  /** Why rounds are missing. */
  failures: string[];
}

export interface WorkloadResult {
  name: string;
  title: string;
  told: string;
  columns: readonly Column[];
  rows: Row[];
}

export interface NotRun {
  title: string;
  /** Null: no workload at all. */
  workload: string | null;
  reason: string;
}

export interface Results {
  /** ISO 8601. */
  date: string;
  commit: string;
  scale: number;
  rounds: number;
  machine: Machine;
  versions: Readonly<Record<string, string>>;
  settings: Record<string, string>;
  workloads: WorkloadResult[];
  notRun: NotRun[];
}
