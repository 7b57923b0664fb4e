/**
 * pg-boss: jobs in PostgreSQL, found by polling, half a second at the shortest. Stock polls for one job every 2 s in
 * each of its 100 local workers. Tuned: 10 local workers of batches of 10 (100 calls at once all the same) that poll
 * twice a second, each at a moment of its own, and go on at once while batches come back full.
 */
import { PgBoss } from 'pg-boss';

export const settings = {
  stock: {
    told: 'one worker process, localConcurrency 100, else the defaults (batchSize 1, polling every 2 s)',
    work: (concurrency) => ({ localConcurrency: concurrency }),
  },
  tuned: {
    told: 'one worker process, localConcurrency 10, batchSize 10, pollingIntervalSeconds 0.5, burstWhenBatchFull, perJobResults; pool of 20 connections',
    pool: { max: 20 },
    work: (concurrency) => ({
      localConcurrency: Math.ceil(concurrency / 10),
      batchSize: 10,
      pollingIntervalSeconds: 0.5,
      burstWhenBatchFull: true,
      perJobResults: true,
    }),
  },
};

const queue = 'timers';

export async function open({ address, settings: { pool, work }, concurrency }) {
  const boss = new PgBoss({ connectionString: address, ...pool });
  boss.on('error', () => {});
  const jobOf = (timer) => ({ data: timer, startAfter: new Date(timer.at) });
  const options = work(concurrency);
  return {
    async prepare() {
      await boss.start();
      await boss.createQueue(queue);
    },
    async add(timers) {
      const jobs = timers.map(jobOf);
      if (jobs.length > 1) return void (await boss.insert(queue, jobs));
      await boss.send(queue, jobs[0].data, { startAfter: jobs[0].startAfter });
    },
    async work(call) {
      await boss.start();
      await boss.work(queue, options, (jobs) => Promise.all(jobs.map((job) => settled(job, call))));
    },
    close: () => boss.stop({ graceful: false }),
  };

  /** One job of a batch as its own result; alone in its batch, its failure is the batch's. */
  async function settled({ id, data }, call) {
    if (!options.perJobResults) return call(data);
    return call(data).then(
      () => ({ id, status: 'completed' }),
      (error) => ({ id, status: 'failed', output: { message: error.message } }),
    );
  }
}
