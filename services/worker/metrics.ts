/** What the worker counts. */
import { type Metrics, millisecondBuckets, sizeBuckets } from '../../shared/telemetry/metrics.js';

export type WorkerMetrics = ReturnType<typeof workerMetrics>;

/** Read at each scrape. */
export interface WorkerReadings {
  slotsUsed(): number;
  unstarted(): number;
}

export function workerMetrics(metrics: Metrics, readings: WorkerReadings) {
  metrics.gauge({ name: 'worker_slots_used', help: 'Call slots in use' }, (gauge) =>
    gauge.set(readings.slotsUsed()),
  );
  metrics.gauge({ name: 'worker_unstarted', help: 'Messages held and not started' }, (gauge) =>
    gauge.set(readings.unstarted()),
  );
  return {
    lateness: metrics.histogram({
      name: 'worker_lateness_ms',
      help: 'From the instant a callback was due until it left, milliseconds; first attempts',
      buckets: millisecondBuckets,
    }),
    duration: metrics.histogram({
      name: 'worker_call_ms',
      help: 'From the first byte sent until the response was read, milliseconds',
      buckets: millisecondBuckets,
    }),
    attempts: metrics.counter({
      name: 'worker_attempts_total',
      help: 'Attempts by what became of them: succeeded, or the code of the failure',
      labels: ['outcome'],
    }),
    dropped: metrics.counter({
      name: 'worker_dropped_total',
      help: 'Messages dropped without a call: start lost, start refused by overlap, incarnation gone, too late, stopped',
      labels: ['reason'],
    }),
    deferred: metrics.counter({
      name: 'worker_deferred_total',
      help: 'Executions deferred because their destination host is slow and has its share of the slots',
    }),
    startBatch: metrics.histogram({
      name: 'worker_start_batch_size',
      help: 'Executions in one start',
      buckets: sizeBuckets,
    }),
    settleBatch: metrics.histogram({
      name: 'worker_settle_batch_size',
      help: 'Attempts in one settle',
      buckets: sizeBuckets,
    }),
  };
}
