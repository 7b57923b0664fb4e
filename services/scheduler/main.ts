/** The process shell of the scheduler. */
import { openCoordination } from '../../shared/coordination/open.js';
import { runProcess } from '../../shared/process/run.js';
import { openQueue } from '../../shared/queue/open.js';
import { openStore } from '../../shared/store/open.js';
import { schedulerSchema } from './config.js';
import { SchedulerService } from './service.js';

await runProcess({
  service: 'scheduler',
  schema: schedulerSchema,
  adminPort: 9101,
  async assemble(context) {
    const { config, identity, checks } = context;
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
    const presence = await context.startPresence(store.processes);
    const self = {
      id: presence.incarnation,
      name: identity.name,
      service: identity.service,
      adminUrl: context.adminUrl,
    };
    const { zookeeperServers, zookeeperRoot, zookeeperSessionMs } = config;
    const coordination = await openCoordination(
      config.coordination === 'single'
        ? { kind: 'single', documents: store.documents }
        : {
            kind: 'zookeeper',
            servers: zookeeperServers,
            root: zookeeperRoot,
            sessionMs: zookeeperSessionMs,
          },
      { ...context, self },
    );
    context.onStop('coordination', () => coordination.close());
    Object.assign(checks, {
      mongodb: () => store.ping(),
      rabbitmq: () => queueing.queue.ping(),
      [config.coordination]: () => coordination.ping(),
    });
    const scheduler = new SchedulerService({ ...context, ...queueing, ...coordination, store, presence });
    context.reportStanding(() => scheduler.standing());
    await context.start('scheduler', scheduler);
  },
});
