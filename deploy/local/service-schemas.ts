/** Every service's own variables by its name, and the .env.sample that follows from them. */
import { apiSchema } from '../../services/api/config.js';
import { schedulerSchema } from '../../services/scheduler/config.js';
import { standaloneSchema } from '../../services/standalone/config.js';
import { workerSchema } from '../../services/worker/config.js';
import { clusterSchema } from '../../shared/config/cluster.js';
import { sampleOf } from '../../shared/config/sample.js';

export const serviceSchemas = {
  api: apiSchema,
  scheduler: schedulerSchema,
  worker: workerSchema,
  standalone: standaloneSchema,
};

export function environmentSample(): string {
  const { api, scheduler, worker, standalone } = serviceSchemas;
  return sampleOf([
    { title: 'every service', schema: clusterSchema },
    { title: 'api', schema: api },
    { title: 'scheduler', schema: scheduler },
    { title: 'worker', schema: worker },
    { title: 'all of them in one process (npm start)', schema: standalone },
  ]);
}
