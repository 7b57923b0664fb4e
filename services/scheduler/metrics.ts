/** What the scheduler counts. */
import { type Metrics, millisecondBuckets, sizeBuckets } from '../../shared/telemetry/metrics.js';

export type SchedulerMetrics = ReturnType<typeof schedulerMetrics>;

export function schedulerMetrics(metrics: Metrics) {
  return { ...wayMetrics(metrics), ...careMetrics(metrics) };
}

/** From a look to a confirmed message. */
function wayMetrics(metrics: Metrics) {
  return {
    claimed: metrics.counter({
      name: 'scheduler_claimed_total',
      help: 'Executions claimed for the first time',
    }),
    skipped: metrics.counter({
      name: 'scheduler_skipped_total',
      help: 'Occurrences left out when they were claimed, by reason: too-late, over-max',
      labels: ['reason'],
    }),
    reclaimed: metrics.counter({
      name: 'scheduler_reclaimed_total',
      help: 'Retries and deferred executions claimed again',
    }),
    conflicts: metrics.counter({
      name: 'scheduler_claim_conflicts_total',
      help: 'Claims refused because a timer had changed',
    }),
    claimBatch: metrics.histogram({
      name: 'scheduler_claim_batch_size',
      help: 'Timers in one claim',
      buckets: sizeBuckets,
    }),
    look: metrics.histogram({
      name: 'scheduler_look_ms',
      help: 'Duration of one look, milliseconds',
      buckets: millisecondBuckets,
    }),
    published: metrics.counter({
      name: 'scheduler_published_total',
      help: 'Messages confirmed by the queue',
    }),
    refused: metrics.counter({
      name: 'scheduler_refused_total',
      help: 'Messages that the queue did not confirm',
    }),
    publishBatch: metrics.histogram({
      name: 'scheduler_publish_batch_size',
      help: 'Messages in one publish',
      buckets: sizeBuckets,
    }),
  };
}

/** Rescue, housekeeping and what the leader sees. */
function careMetrics(metrics: Metrics) {
  return {
    rescued: metrics.counter({
      name: 'scheduler_rescued_total',
      help: 'Executions rescued, by what they were',
      labels: ['state'],
    }),
    putOff: metrics.counter({
      name: 'scheduler_put_off_total',
      help: 'Publishing again put off because of a backlog',
    }),
    gone: metrics.counter({ name: 'scheduler_processes_gone_total', help: 'Processes declared gone' }),
    removed: metrics.counter({
      name: 'scheduler_removed_total',
      help: 'Rows removed at the end of their retention',
    }),
    leader: metrics.gauge({ name: 'scheduler_leader', help: '1 while this process leads' }),
    shards: metrics.gauge({ name: 'scheduler_shards', help: 'Shards that this process owns' }),
    ringVersion: metrics.gauge({
      name: 'scheduler_ring_version',
      help: 'The newest version of the ring that this process knows',
    }),
    heap: metrics.gauge({ name: 'scheduler_heap_size', help: 'Claimed executions held in memory' }),
    queueDepth: metrics.gauge({ name: 'queue_depth', help: 'Ready messages, as the leader last saw them' }),
    timers: metrics.gauge({
      name: 'timers',
      help: 'Timers by state, as the leader last counted them',
      labels: ['state'],
    }),
  };
}
