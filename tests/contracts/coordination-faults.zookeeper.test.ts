/** What can only go wrong with ZooKeeper: lost replies, frozen processes, an ensemble that is away, a meddling operator. */
import { afterEach, describe, expect, it } from 'vitest';
import { termDocument } from '../../shared/coordination/registry.js';
import { candidatesInLine } from '../../shared/coordination/zookeeper/node-name.js';
import { eventually } from '../support/eventually.js';
import { leaderAmong, reached, roleOf } from './coordination/world.js';
import {
  openZooKeeperWorld,
  sessionMs,
  type ZooKeeperContender,
  type ZooKeeperWorld,
} from './coordination/zookeeper-world.js';

describe('coordination by ZooKeeper under faults', () => {
  let world: ZooKeeperWorld;
  afterEach(() => world.close());

  async function setup(...names: string[]): Promise<ZooKeeperContender[]> {
    world = await openZooKeeperWorld();
    return Promise.all(names.map((name) => world.join(name)));
  }

  async function line(): Promise<string[]> {
    const names = await world.observer.children(`${world.root}/election`);
    return candidatesInLine(names).map(({ incarnation }) => incarnation);
  }

  it('stands in the line once, though the reply to its creation was lost', async () => {
    const [a, b] = await setup('a', 'b');
    await a!.coordination.ping();
    a!.link.muteAfter(`${world.root}/election/${a!.self.id}`);
    const starting = a!.coordination.election.start();
    await eventually('the node is there', async () => (await line()).length === 1);
    a!.link.cut();
    a!.link.heal();
    await starting;
    await leaderAmong([a!]);
    expect(await line()).toEqual([a!.self.id]);
    await b!.coordination.election.start();
    const names = await world.observer.children(`${world.root}/election`);
    expect(candidatesInLine(names).map(({ sequence }) => sequence)).toEqual([0, 1]);
  });

  it('does not believe that it leads when it wakes from a freeze longer than its lease', async () => {
    const [a] = await setup('a');
    await a!.coordination.election.start();
    await leaderAmong([a!]);
    const { term } = a!.coordination.election.current();
    a!.freeze(sessionMs);
    expect(a!.coordination.election.current().role).not.toBe('leader');
    await eventually('it leads again', () => roleOf(a!) === 'leader');
    expect(a!.coordination.election.current().term).toBeGreaterThan(term);
  });

  it('goes on under the same session after a freeze that the session survived', async () => {
    const [a, b] = await setup('a', 'b');
    await a!.coordination.membership.start();
    await b!.coordination.membership.start();
    const names = () => world.observer.children(`${world.root}/members`);
    await eventually('both are announced', async () => (await names()).length === 2);
    const before = (await names()).sort();
    a!.freeze(sessionMs);
    await reached(a!);
    expect((await names()).sort()).toEqual(before);
  });

  it('starts while the ensemble is away, and takes part when it comes', async () => {
    world = await openZooKeeperWorld();
    const { coordination, link, self } = await world.joinCutOff('a');
    const { election, membership, registry, ping } = coordination;
    await Promise.all([election.start(), membership.start()]);
    expect(election.current()).toEqual({ role: 'follower', term: 0, leader: null });
    await expect(ping()).rejects.toMatchObject({ code: 'coordination-unavailable' });
    await expect(registry.read('ring')).rejects.toMatchObject({ code: 'coordination-unavailable' });
    link.heal();
    await eventually('it leads', () => election.current().role === 'leader');
    await eventually('it sees itself', () => membership.members().length === 1);
    expect(membership.members()).toEqual([self]);
  });

  it('closes while the ensemble is away', async () => {
    world = await openZooKeeperWorld();
    const { coordination } = await world.joinCutOff('a');
    await coordination.close();
    await expect(coordination.ping()).rejects.toMatchObject({ code: 'coordination-unavailable' });
  });

  it('leaves the line when it was stopped while its link was cut', async () => {
    const [a, b] = await setup('a', 'b');
    await a!.coordination.election.start();
    await leaderAmong([a!]);
    await b!.coordination.election.start();
    a!.link.cut();
    await a!.coordination.election.stop();
    a!.link.heal();
    await leaderAmong([b!]);
    expect(await line()).toEqual([b!.self.id]);
  });

  it('steps down when a higher term is installed, and leads again only above it', async () => {
    const [a] = await setup('a');
    const { election, registry } = a!.coordination;
    await election.start();
    await leaderAmong([a!]);
    const roles: string[] = [];
    election.onChange(({ role }) => roles.push(role));
    await registry.write(termDocument, { term: 40, leader: 'stranger' }, { expected: 1 });
    await eventually('it leads above it', () => election.current().term === 41 && roleOf(a!) === 'leader');
    expect(roles[0]).toBe('follower');
  });

  it('stands in the line again when somebody has removed its node', async () => {
    const [a, b] = await setup('a', 'b');
    await a!.coordination.election.start();
    await leaderAmong([a!]);
    await b!.coordination.election.start();
    const [first] = candidatesInLine(await world.observer.children(`${world.root}/election`));
    await world.observer.remove(`${world.root}/election/${first!.name}`);
    await leaderAmong([b!]);
    await eventually('both are in line', async () => (await line()).join() === `${b!.self.id},${a!.self.id}`);
    expect(roleOf(a!)).toBe('follower');
  });

  it('takes an emptied registry for what it is', async () => {
    const [a] = await setup('a');
    const { registry } = a!.coordination;
    await registry.write('ring', 'one', { expected: 0 });
    await registry.write('ring', 'two', { expected: 1 });
    await world.observer.remove(`${world.root}/registry/ring`);
    expect(await registry.read('ring')).toBeNull();
    expect(await registry.write('ring', 'anew', { expected: 0 })).toBe(1);
  });
});
