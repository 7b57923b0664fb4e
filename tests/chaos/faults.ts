/** What is done to a cluster while timers fall due: each fault is committed, lasts, and is mended again before it ends. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Coordination } from '../../deploy/local/brokers.js';
import type { Target } from './links.js';
import type { Rig } from './rig.js';

export interface Fault {
  name: string;
  /** What it is, for the table. */
  title: string;
  /** The kinds of coordination where it can be committed; all clustered ones unless told. */
  only?: Coordination;
  /** How long timers fall due for, seconds. */
  seconds: number;
  /** Whether a new leader has to come. */
  deposes: boolean;
  /** Resolves with the time to the new leader, milliseconds; null where none was awaited, or none came. */
  commit(rig: Rig): Promise<number | null>;
}

/** Longer than a lease of 3 s, and than a session of 2 s. */
const longMs = 6_000;
/** Longer than a scheduler goes on without its registry. */
const beyondFreshnessMs = 14_000;

/** How a leader is cut off from what elects it. */
const coordinationLinks: Readonly<Partial<Record<Coordination, readonly Target[]>>> = {
  raft: ['schedulers'],
  ranked: ['rabbitmq'],
  zookeeper: ['zookeeper'],
};

export const faults: readonly Fault[] = [
  fault('none', 'nothing', { seconds: 15 }, () => Promise.resolve(null)),
  fault('kill', 'a follower is killed', {}, async (rig) => {
    await rig.kill(await rig.follower());
    return null;
  }),
  fault('kill-leader', 'the leader is killed', { deposes: true }, async (rig) => {
    const leader = await rig.leader();
    await rig.kill(leader);
    return rig.succession(leader);
  }),
  fault('freeze-leader', `the leader is frozen for ${longMs / 1000} s`, { deposes: true }, async (rig) => {
    const leader = await rig.leader();
    await rig.freeze(leader);
    const [elected] = await Promise.all([rig.succession(leader), pause(longMs)]);
    await rig.thaw(leader);
    return elected;
  }),
  fault(
    'cut-leader',
    `the leader is cut off from what elects it for ${longMs / 1000} s`,
    { deposes: true },
    async (rig) => {
      const leader = await rig.leader();
      rig.cut(leader, coordinationLinks[rig.coordination]!);
      const [elected] = await Promise.all([rig.succession(leader), pause(longMs)]);
      rig.heal(leader);
      return elected;
    },
  ),
  fault('cut-store', `a follower is cut off from MongoDB for ${longMs / 1000} s`, {}, (rig) =>
    cutOff(rig, ['mongodb']),
  ),
  fault('cut-broker', `a follower is cut off from RabbitMQ for ${longMs / 1000} s`, {}, (rig) =>
    cutOff(rig, ['rabbitmq']),
  ),
  fault('cut-all', `a follower is cut off from everything for ${longMs / 1000} s`, {}, (rig) =>
    cutOff(rig, ['mongodb', 'rabbitmq', 'zookeeper', 'schedulers']),
  ),
  fault('ensemble-member', "ZooKeeper's leader is killed", { only: 'zookeeper' }, async (rig) => {
    const [first] = await rig.zookeepers();
    await rig.kill(first!);
    return null;
  }),
  fault('quorum', `ZooKeeper has no quorum for ${longMs / 1000} s`, { only: 'zookeeper' }, (rig) =>
    withoutQuorum(rig, longMs),
  ),
  fault(
    'quorum-long',
    `ZooKeeper has no quorum for ${beyondFreshnessMs / 1000} s`,
    { only: 'zookeeper', seconds: 35 },
    (rig) => withoutQuorum(rig, beyondFreshnessMs),
  ),
  fault('add', 'two are added', {}, async (rig) => {
    await rig.add();
    await rig.add();
    return null;
  }),
  fault('remove', 'two are removed, the leader first', { deposes: true }, async (rig) => {
    const leader = await rig.leader();
    const [elected] = await Promise.all([rig.succession(leader), rig.remove(leader)]);
    await rig.remove(await rig.follower());
    return elected;
  }),
  fault('restart', 'all are restarted, one after another', { seconds: 40 }, async (rig) => {
    for (const id of rig.schedulers()) await rig.restart(id);
    return null;
  }),
];

type Traits = Partial<Pick<Fault, 'only' | 'seconds' | 'deposes'>>;

function fault(name: string, title: string, traits: Traits, commit: Fault['commit']): Fault {
  return { name, title, seconds: 25, deposes: false, ...traits, commit };
}

async function cutOff(rig: Rig, targets: readonly Target[]): Promise<null> {
  const follower = await rig.follower();
  rig.cut(follower, targets);
  await pause(longMs);
  rig.heal(follower);
  return null;
}

async function withoutQuorum(rig: Rig, lastsMs: number): Promise<null> {
  const [first, second] = await rig.zookeepers();
  await Promise.all([rig.kill(first!), rig.kill(second!)]);
  await pause(lastsMs);
  await rig.revive();
  return null;
}
