/** The process shell of the scheduler. */
import { demandClusterSecret, type ClusterConfig } from '../../shared/config/cluster.js';
import { openCoordination, type CoordinationOptions } from '../../shared/coordination/open.js';
import { runProcess } from '../../shared/process/run.js';
import type { Bus } from '../../shared/queue/bus.js';
import { openQueue } from '../../shared/queue/open.js';
import type { Rpc } from '../../shared/rpc/rpc.js';
import { openStore } from '../../shared/store/open.js';
import type { DocumentStore } from '../../shared/store/store.js';
import type { ProcessStore } from '../../shared/store/processes.js';
import { schedulerSchema } from './config.js';
import { SchedulerService } from './service.js';

await runProcess({
  service: 'scheduler',
  schema: schedulerSchema,
  adminPort: 9101,
  async assemble(context) {
    const { config, identity, checks } = context;
    demandClusterSecret(config);
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
    const settings = await context.startSettings(store.documents);
    if (config.coordination === 'ranked') presence.reportWith(() => ({ rank: config.rank }));
    const self = {
      id: presence.incarnation,
      name: identity.name,
      service: identity.service,
      adminUrl: context.adminUrl,
    };
    const { documents, processes } = store;
    const coordination = await openCoordination(
      coordinationOptions(config, { documents, processes, bus: queueing.bus, rpc: context.rpc }),
      { ...context, self },
    );
    context.onStop('coordination', () => coordination.close());
    Object.assign(checks, {
      mongodb: () => store.ping(),
      rabbitmq: () => queueing.queue.ping(),
      [config.coordination]: () => coordination.ping(),
    });
    const scheduler = new SchedulerService({
      ...context,
      ...queueing,
      ...coordination,
      store,
      presence,
      settings,
    });
    context.reportStanding(() => scheduler.standing());
    await context.start('scheduler', scheduler);
  },
});

interface Means {
  documents: DocumentStore;
  processes: ProcessStore;
  bus: Bus;
  rpc: Rpc;
}

function coordinationOptions(config: ClusterConfig, means: Means): CoordinationOptions {
  const { documents, bus } = means;
  switch (config.coordination) {
    case 'single':
      return { kind: 'single', documents };
    case 'raft':
      return { kind: 'raft', ...means, folder: config.raftFolder, electionMs: config.raftElectionMs };
    case 'ranked':
      return { kind: 'ranked', documents, bus, rank: config.rank };
    case 'zookeeper':
      return {
        kind: 'zookeeper',
        servers: config.zookeeperServers,
        root: config.zookeeperRoot,
        sessionMs: config.zookeeperSessionMs,
      };
  }
}
