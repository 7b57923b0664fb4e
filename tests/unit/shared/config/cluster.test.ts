import { describe, expect, it } from 'vitest';
import { clusterSchema, demandClusterSecret } from '../../../../shared/config/cluster.js';
import { loadConfig } from '../../../../shared/config/load.js';

describe('the cluster secret', () => {
  const demand = (environment: Record<string, string>) => () =>
    demandClusterSecret(loadConfig(clusterSchema, environment));

  it.each([{ CARILLON_COORDINATION: 'raft' }, { CARILLON_RING: 'shared' }])(
    'is demanded in production mode where schedulers call each other: %o',
    (callsOthers) => {
      const production = { CARILLON_MODE: 'production', ...callsOthers };
      expect(demand(production)).toThrow('CARILLON_CLUSTER_SECRET is required');
      expect(demand({ ...production, CARILLON_CLUSTER_SECRET: 'sixteen-letters!' })).not.toThrow();
    },
  );

  it('is not demanded in development mode, or where nobody calls', () => {
    expect(demand({ CARILLON_COORDINATION: 'raft' })).not.toThrow();
    expect(demand({ CARILLON_MODE: 'production' })).not.toThrow();
  });
});
