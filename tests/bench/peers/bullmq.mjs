/**
 * BullMQ: delayed jobs in Redis. Redis keeps an append-only file, synced every second, and evicts nothing, as BullMQ's
 * "Going to production" asks; an acknowledged job may therefore miss on disk for a second. Tuned: finished jobs are
 * removed, a worker's jobs count as stalled after 10 s and not 30, and Redis looks at its blocked clients 100 times a
 * second and not 10, since that is what wakes a waiting worker for a delayed job.
 */
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

export const settings = {
  stock: {
    told: 'one worker process, concurrency 100, else the defaults; Redis: appendonly yes, appendfsync everysec, hz 10',
    redisHz: 10,
    job: {},
    worker: {},
  },
  tuned: {
    told: 'as stock, and removeOnComplete, lockDuration 10 s, stalledInterval 5 s; Redis: hz 100',
    redisHz: 100,
    job: { removeOnComplete: true, removeOnFail: 1_000 },
    worker: { lockDuration: 10_000, stalledInterval: 5_000 },
  },
};

const name = 'timers';

export async function open({ address, settings: { redisHz, job, worker }, concurrency }) {
  const { hostname, port } = new URL(address);
  const connection = { host: hostname, port: Number(port), maxRetriesPerRequest: null };
  const closing = [];
  let queue = null;
  return {
    async prepare() {
      const redis = new Redis(connection);
      await redis.config('SET', 'hz', String(redisHz));
      await redis.quit();
      queue = new Queue(name, { connection });
      closing.push(queue);
      await queue.waitUntilReady();
    },
    async add(timers) {
      const jobs = timers.map((timer) => ({
        name,
        data: timer,
        opts: { ...job, jobId: timer.id, delay: Math.max(0, Date.parse(timer.at) - Date.now()) },
      }));
      if (jobs.length === 1) await queue.add(name, jobs[0].data, jobs[0].opts);
      else await queue.addBulk(jobs);
    },
    async work(call) {
      const options = { connection, concurrency, ...worker };
      const consumer = new Worker(name, ({ data }) => call(data), options);
      consumer.on('error', () => {});
      closing.push(consumer);
      await consumer.waitUntilReady();
    },
    close: () => Promise.all(closing.map((part) => part.close())),
  };
}
