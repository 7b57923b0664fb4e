/** Every workload, in the order in which they run and are told. */
import { acceptWorkloads } from './accept.js';
import { backlogWorkload } from './backlog.js';
import { crashWorkloads } from './crash.js';
import { drainWorkloads } from './drain.js';
import { punctualityWorkloads } from './punctuality.js';
import type { Workload } from './workload.js';

export const workloads: readonly Workload[] = [
  ...acceptWorkloads,
  ...punctualityWorkloads,
  ...drainWorkloads,
  ...crashWorkloads,
  backlogWorkload,
];
