/** The cluster in answers: who leads, who is there, who owns which shards, and what happened of late. */
import Type, { type Static } from 'typebox';
import { clusterEventKinds } from '../../../shared/cluster/chronicle.js';
import { instantOrNull, integerOrNull, nullable, textOrNull } from './nullable.js';

const instant = Type.String({ format: 'date-time' });

const leader = Type.Object(
  {
    id: Type.String({ description: 'its incarnation' }),
    name: Type.String(),
    term: Type.Integer({ description: 'which leadership this is; only grows' }),
  },
  { description: 'the scheduler that leads; null while none says so' },
);

const member = Type.Object({
  id: Type.String({ description: 'its incarnation: one life of one process' }),
  name: Type.String({ description: 'as configured; a process that comes back has the same' }),
  service: Type.String({ description: 'api, scheduler, worker, or standalone: all in one' }),
  host: Type.String(),
  pid: Type.Integer(),
  startedAt: instant,
  state: Type.Enum(['alive', 'silent', 'gone'], {
    description: 'silent: no heartbeat for 3 s; gone: given up by the others, until what it held is taken up',
  }),
  role: Type.String({ description: 'of a scheduler: leader, candidate, follower; else the service' }),
  rank: integerOrNull('of a scheduler that is elected by rank'),
  heartbeatAgeMs: integerOrNull('how long ago it told of itself; once a second is usual'),
  position: instantOrNull('of a scheduler: it has claimed what is due before this instant'),
  ringVersion: integerOrNull('of a scheduler: the newest version of the ring that it knows'),
  settingsVersion: integerOrNull('the newest version of the settings that it knows'),
  clockSkewMs: integerOrNull("the store's clock less its own"),
  adminUrl: textOrNull('where its admin port is'),
});

const ring = Type.Object(
  {
    version: Type.Integer({ description: 'the newest one' }),
    effectiveFrom: Type.String({ format: 'date-time', description: 'from which due instant it holds' }),
    phase: textOrNull(
      'settled; or where the handover to the next version stands: preparing, committing, synchronising, resuming; null while nobody leads',
    ),
    owners: Type.Array(Type.Object({ member: Type.String(), shards: Type.Array(Type.Integer()) }), {
      description: 'who owns which shards now',
    }),
  },
  { description: 'null before there is one' },
);

const event = Type.Object({
  at: instant,
  kind: Type.Enum([...clusterEventKinds]),
  member: Type.String({ description: 'the name of the process it is about' }),
  term: Type.Optional(Type.Integer({ description: 'of a leader' })),
  ringVersion: Type.Optional(Type.Integer({ description: 'of a handover: the newest version then' })),
});

export const clusterAnswer = Type.Object(
  {
    leader: nullable(leader),
    members: Type.Array(member),
    ring: nullable(ring),
    events: Type.Array(event, { description: 'the last hundred, newest first' }),
  },
  { $id: 'Cluster' },
);
export type ClusterAnswer = Static<typeof clusterAnswer>;
