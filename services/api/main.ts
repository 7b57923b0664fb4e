/** The process shell of the API. */
import { runProcess } from '../../shared/process/run.js';
import { openQueue } from '../../shared/queue/open.js';
import { openStore } from '../../shared/store/open.js';
import { apiSchema } from './config.js';
import { ApiService } from './service.js';

await runProcess({
  service: 'api',
  schema: apiSchema,
  adminPort: 9100,
  async assemble(context) {
    const { config, checks } = context;
    const store = await openStore(
      { kind: 'mongodb', url: config.mongodbUrl, database: config.mongodbDatabase },
      context,
    );
    context.onStop('store', () => store.close());
    const { bus, queue, close } = await openQueue(
      { kind: 'rabbitmq', url: config.rabbitmqUrl, prefix: config.rabbitmqPrefix },
      context,
    );
    context.onStop('queue', close);
    Object.assign(checks, { mongodb: () => store.ping(), rabbitmq: () => queue.ping() });
    const presence = await context.startPresence(store.processes);
    await context.startSettings(store.documents);
    await context.start('api', new ApiService({ ...context, store, bus, presence }));
  },
});
