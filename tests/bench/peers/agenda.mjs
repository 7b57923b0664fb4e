/**
 * Agenda on its MongoDB backend, on the server that Carillon's own stack uses. It has no bulk create: a batch is saved
 * job by job, all at once. Tuned: it looks ten times a second and not every 5 s, removes what is done, counts a job as
 * lost after 10 s and not 10 minutes, and locks no more jobs than it can run before that. Its change stream tells of
 * jobs for now, not of those for later, and only costs here.
 */
import { MongoBackend } from '@agendajs/mongo-backend';
import { Agenda } from 'agenda';
import { MongoClient } from 'mongodb';

export const settings = {
  stock: {
    told: 'one worker process, maxConcurrency and defaultConcurrency 100, else the defaults (processEvery 5 s)',
    agenda: {},
  },
  tuned: {
    told: 'as stock, and processEvery 100 ms, removeOnComplete, defaultLockLifetime 10 s, defaultLockLimit and lockLimit 200',
    agenda: {
      processEvery: 100,
      removeOnComplete: true,
      defaultLockLifetime: 10_000,
      defaultLockLimit: 200,
      lockLimit: 200,
    },
  },
};

const name = 'call';

export async function open({ address, settings: { agenda: options }, concurrency }) {
  const client = await MongoClient.connect(address);
  const agenda = new Agenda({
    backend: new MongoBackend({ mongo: client.db() }),
    maxConcurrency: concurrency,
    defaultConcurrency: concurrency,
    ...options,
  });
  agenda.on('error', () => {});
  return {
    async prepare() {
      await agenda.ready;
    },
    add: (timers) => Promise.all(timers.map((timer) => agenda.schedule(new Date(timer.at), name, timer))),
    async work(call) {
      agenda.define(name, ({ attrs }) => call(attrs.data));
      await agenda.start();
    },
    async close() {
      await agenda.stop();
      await client.close();
    },
  };
}
