/** The variables that several services share. */
import Type, { type Static } from 'typebox';
import { CarillonError } from '../base/errors.js';

export const clusterSchema = Type.Object({
  mode: Type.Union([Type.Literal('development'), Type.Literal('production')], {
    default: 'development',
    description:
      'development: no keys, private targets allowed; production: API keys required, private targets refused unless listed',
  }),
  name: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_.-]{1,64}$',
      description: 'name of this process, unique in the cluster; the service and the host name if unset',
    }),
  ),
  logLevel: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    description: 'trace, debug, info, warn, error or silent',
  }),
  adminHost: Type.String({
    default: '127.0.0.1',
    description: 'address the admin port listens on; keep it away from the public',
  }),
  adminPort: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65535,
      description: 'port for /metrics, /health and /internal; 9100 api, 9101 scheduler, 9102 worker if unset',
    }),
  ),
  adminUrl: Type.Optional(
    Type.String({
      pattern: '^https?://[^/]+$',
      description:
        'base address under which other processes reach the admin port; made of its address and port if unset',
    }),
  ),
  clusterSecret: Type.Optional(
    Type.String({
      minLength: 16,
      pattern: '^[!-~]+$',
      description:
        'secret that our processes show each other at their admin ports, 16 characters or more, the same for all; required in production mode where schedulers call each other (coordination raft, or ring shared)',
      secret: true,
    }),
  ),
  mongodbUrl: Type.String({
    default: 'mongodb://127.0.0.1:27017/?replicaSet=rs0',
    description: 'MongoDB replica set',
    secret: true,
  }),
  mongodbDatabase: Type.String({
    default: 'carillon',
    pattern: '^[A-Za-z0-9_-]{1,60}$',
    description: 'MongoDB database',
  }),
  rabbitmqUrl: Type.String({ default: 'amqp://127.0.0.1:5672', description: 'RabbitMQ', secret: true }),
  rabbitmqPrefix: Type.String({
    default: 'carillon',
    pattern: '^[A-Za-z0-9_-]{1,60}$',
    description: 'what the names of queues and exchanges begin with',
  }),
  coordination: Type.Enum(['zookeeper', 'raft', 'ranked', 'single'], {
    default: 'zookeeper',
    description:
      'how schedulers elect one: zookeeper; raft: among themselves, over their admin ports; ranked: over RabbitMQ, by CARILLON_RANK; single: exactly one scheduler is ever started',
  }),
  raftElectionMs: Type.Integer({
    default: 400,
    minimum: 100,
    maximum: 60_000,
    description:
      'with coordination raft: the shortest silence of a leader after which another one is elected',
  }),
  raftFolder: Type.String({
    default: './data/raft',
    minLength: 1,
    description:
      'with coordination raft: folder that keeps the votes of this process; it must outlive the process, as its name does',
  }),
  rank: Type.Integer({
    default: 100,
    minimum: 0,
    maximum: 1_000_000,
    description: 'with coordination ranked: of the schedulers that stand for election, the highest rank wins',
  }),
  ring: Type.Union([Type.Literal('leader'), Type.Literal('shared')], {
    default: 'leader',
    description:
      'leader: the elected scheduler does all the work, the others stand by; shared: all work at once, each on its shards; the present leader decides, so the same for all',
  }),
  zookeeperServers: Type.String({
    default: '127.0.0.1:2181',
    description: 'ZooKeeper servers, host:port, separated by commas',
  }),
  zookeeperRoot: Type.String({
    default: '/carillon',
    pattern: '^(/[A-Za-z0-9_-]+)+$',
    description: 'znode under which everything is kept',
  }),
  zookeeperSessionMs: Type.Integer({
    default: 2000,
    minimum: 1000,
    maximum: 60000,
    description: 'session time: how soon a dead leader is replaced',
  }),
  settledRetentionMs: Type.Integer({
    default: 30 * 86_400_000,
    minimum: 60_000,
    description:
      'how long ended executions, with their attempts, and closed timers are kept, unless their outcome has a time of its own; 30 days',
  }),
  retentionSucceededMs: Type.Optional(
    Type.Integer({
      minimum: 60_000,
      description:
        'how long succeeded executions, and timers that ended with one are kept; CARILLON_SETTLED_RETENTION_MS if unset',
    }),
  ),
  retentionFailedMs: Type.Optional(
    Type.Integer({
      minimum: 60_000,
      description:
        'how long failed and aborted executions, and timers that ended with one are kept; CARILLON_SETTLED_RETENTION_MS if unset',
    }),
  ),
  retentionSkippedMs: Type.Optional(
    Type.Integer({
      minimum: 60_000,
      description: 'how long records of what was skipped are kept; CARILLON_SETTLED_RETENTION_MS if unset',
    }),
  ),
  retentionCancelledMs: Type.Optional(
    Type.Integer({
      minimum: 60_000,
      description:
        'how long cancelled executions and timers are kept; CARILLON_SETTLED_RETENTION_MS if unset',
    }),
  ),
  serviceLevelRetentionMs: Type.Integer({
    default: 93 * 86_400_000,
    minimum: 3_600_000,
    description: 'how long service levels are kept, hour by hour; 93 days',
  }),
  changeRetentionMs: Type.Integer({
    default: 90 * 86_400_000,
    minimum: 60_000,
    description: 'how long it is kept who changed what: the history of timers, and the audit; 90 days',
  }),
  freshnessMs: Type.Integer({
    default: 10_000,
    minimum: 3_000,
    maximum: 600_000,
    description:
      'a process that cannot verify the settings, or a scheduler the ring, for this long takes no new work until it can; the same for all',
  }),
  settingsLeadMs: Type.Integer({
    default: 15_000,
    minimum: 7_001,
    maximum: 3_600_000,
    description:
      'how far ahead settings are announced at least; more than CARILLON_FRESHNESS_MS and 4 s; the same for all',
  }),
  faults: Type.Union([Type.Literal('off'), Type.Literal('on')], {
    default: 'off',
    description:
      'on: POST /internal/faults lets this process play dead or cut off, for tests and demonstrations; the same for all; refused in production mode',
  }),
  skewWarnMs: Type.Integer({
    default: 100,
    minimum: 1,
    description: 'warn when the local clock differs from the store by more than this',
  }),
  skewRefuseMs: Type.Integer({
    default: 5000,
    minimum: 10,
    description: 'take no new work when the local clock differs by more than this',
  }),
});

export type ClusterConfig = Readonly<Static<typeof clusterSchema>>;

/** Throws `invalid-configuration` where schedulers call each other in production mode and have no secret to show. */
export function demandClusterSecret({ mode, clusterSecret, coordination, ring }: ClusterConfig): void {
  if (mode !== 'production' || clusterSecret || (coordination !== 'raft' && ring !== 'shared')) return;
  throw new CarillonError(
    'invalid-configuration',
    'CARILLON_CLUSTER_SECRET is required in production mode with CARILLON_COORDINATION=raft or CARILLON_RING=shared',
  );
}
