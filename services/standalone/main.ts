/** All parts in one process on embedded adapters: `npm start`. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import Type from 'typebox';
import { messageOf } from '../../shared/base/errors.js';
import { openCoordination } from '../../shared/coordination/open.js';
import { runProcess } from '../../shared/process/run.js';
import { openQueue } from '../../shared/queue/open.js';
import { openStore } from '../../shared/store/open.js';
import { apiSchema } from '../api/config.js';
import { ApiService } from '../api/service.js';
import { schedulerSchema } from '../scheduler/config.js';
import { SchedulerService } from '../scheduler/service.js';
import { workerSchema } from '../worker/config.js';
import { WorkerService } from '../worker/service.js';
import { greeting } from './greeting.js';
import { embedded, standaloneSchema } from './config.js';

const schema = Type.Object({
  ...apiSchema.properties,
  ...embedded(schedulerSchema.properties),
  ...workerSchema.properties,
  ...standaloneSchema.properties,
});

await runProcess({
  service: 'standalone',
  schema,
  adminPort: 0,
  overrides: argumentsAsVariables(),
  async assemble(context) {
    const { config, checks, identity } = context;
    const folder = resolve(config.standaloneData);
    await mkdir(folder, { recursive: true });
    const path = join(folder, 'carillon.sqlite');
    const store = await openStore({ kind: 'sqlite', path }, context);
    context.onStop('store', () => store.close());
    const queueing = await openQueue({ kind: 'in-process' }, context);
    context.onStop('queue', () => queueing.close());
    checks['sqlite'] = () => store.ping();
    const presence = await context.startPresence(store.processes);
    const settings = await context.startSettings(store.documents);
    const self = {
      id: presence.incarnation,
      name: identity.name,
      service: identity.service,
      adminUrl: context.adminUrl,
    };
    const coordination = await openCoordination(
      { kind: 'single', documents: store.documents },
      { ...context, self },
    );
    context.onStop('coordination', () => coordination.close());
    const parts = { ...context, ...queueing, ...coordination, store, presence, settings };
    const scheduler = new SchedulerService(parts);
    context.reportStanding(() => scheduler.standing());
    await context.start('scheduler', scheduler);
    await context.start('worker', new WorkerService(parts));
    const api = new ApiService(parts);
    await context.start('api', api);
    process.stdout.write(greeting({ url: api.url, adminUrl: context.adminUrl, path }));
  },
});

/** `--port` and `--data` win over the environment. */
function argumentsAsVariables(): Record<string, string> {
  try {
    const { port, data } = parseArgs({
      options: { port: { type: 'string' }, data: { type: 'string' } },
    }).values;
    return { ...(port && { CARILLON_API_PORT: port }), ...(data && { CARILLON_STANDALONE_DATA: data }) };
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\nUsage: npm start -- [--port 3000] [--data ./data]\n`);
    process.exit(1);
  }
}
