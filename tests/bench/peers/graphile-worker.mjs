/**
 * graphile-worker: jobs in PostgreSQL; what lies in the future is found by polling, every 2 s unless told. Tuned as its
 * "Performance" page says: a local queue of concurrency + 1, completions in batches without delay, and for punctuality
 * a poll every 100 ms. Batched completion may leave jobs locked for 4 hours when a worker is killed.
 */
import { Logger, makeWorkerUtils, run } from 'graphile-worker';

export const settings = {
  stock: {
    told: 'one worker process, concurrentJobs 100, maxPoolSize 10, else the defaults (pollInterval 2 s)',
    worker: () => ({}),
  },
  tuned: {
    told: 'one worker process, concurrentJobs 100, maxPoolSize 25, pollInterval 100 ms, localQueue of 101, completeJobBatchDelay and failJobBatchDelay 0',
    worker: (concurrency) => ({
      maxPoolSize: 25,
      pollInterval: 100,
      localQueue: { size: concurrency + 1 },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    }),
  },
};

const task = 'call';

export async function open({ address, settings: { worker }, concurrency }) {
  const logger = new Logger(() => () => {});
  const connection = { connectionString: address, logger };
  let utils = null;
  let runner = null;
  return {
    async prepare() {
      utils = await makeWorkerUtils({ preset: { worker: connection } });
      await utils.migrate();
    },
    async add(timers) {
      const jobs = timers.map((timer) => ({
        identifier: task,
        payload: timer,
        runAt: new Date(timer.at),
      }));
      if (jobs.length > 1) return void (await utils.addJobs(jobs));
      await utils.addJob(task, jobs[0].payload, { runAt: jobs[0].runAt });
    },
    async work(call) {
      runner = await run({
        preset: { worker: { ...connection, concurrentJobs: concurrency, ...worker(concurrency) } },
        taskList: { [task]: (timer) => call(timer) },
      });
    },
    async close() {
      await runner?.stop();
      await utils?.release();
    },
  };
}
