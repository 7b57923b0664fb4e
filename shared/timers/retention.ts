/** How long what has ended is kept, by how it ended. Pure. */
import type { ExecutionState } from './execution.js';

/** Milliseconds each. */
export interface Retention {
  succeeded: number;
  /** Aborted ones too. */
  failed: number;
  skipped: number;
  /** Cancelled executions, and timers that somebody cancelled. */
  cancelled: number;
}

export interface RetentionConfig {
  settledRetentionMs: number;
  retentionSucceededMs?: number;
  retentionFailedMs?: number;
  retentionSkippedMs?: number;
  retentionCancelledMs?: number;
}

/** What is configured; where nothing is said of an outcome, what is said of all. */
export function retentionOf(config: RetentionConfig): Retention {
  const { settledRetentionMs: usual } = config;
  return {
    succeeded: config.retentionSucceededMs ?? usual,
    failed: config.retentionFailedMs ?? usual,
    skipped: config.retentionSkippedMs ?? usual,
    cancelled: config.retentionCancelledMs ?? usual,
  };
}

/** How long an execution is kept that ends by this verdict; one that was to be repeated ends only because it was cancelled. */
export function keptMs(retention: Retention, state: ExecutionState): number {
  switch (state) {
    case 'succeeded':
    case 'skipped':
      return retention[state];
    case 'failed':
    case 'aborted':
      return retention.failed;
    default:
      return retention.cancelled;
  }
}
