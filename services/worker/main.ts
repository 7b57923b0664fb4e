/** The process shell of the worker. */
import { runProcess } from '../../shared/process/run.js';
import { openQueue } from '../../shared/queue/open.js';
import { openStore } from '../../shared/store/open.js';
import { workerSchema } from './config.js';
import { WorkerService } from './service.js';

await runProcess({
  service: 'worker',
  schema: workerSchema,
  adminPort: 9102,
  async assemble(context) {
    const { config, checks } = context;
    const store = await openStore(
      { kind: 'mongodb', url: config.mongodbUrl, database: config.mongodbDatabase },
      context,
    );
    context.onStop('store', () => store.close());
    const queueing = await openQueue(
      { kind: 'rabbitmq', url: config.rabbitmqUrl, prefix: config.rabbitmqPrefix },
      context,
    );
    context.onStop('queue', () => queueing.close());
    Object.assign(checks, { mongodb: () => store.ping(), rabbitmq: () => queueing.queue.ping() });
    const presence = await context.startPresence(store.processes);
    const settings = await context.startSettings(store.documents);
    await context.start('worker', new WorkerService({ ...context, ...queueing, store, presence, settings }));
  },
});
