import { describe, expect, it } from 'vitest';
import { RankedWorld, timing, type SimulatedMember } from '../../../../support/ranked/world.js';

function anotherLeads(world: RankedWorld, former: SimulatedMember): void {
  world.runUntil('another one leads', () => Boolean(world.leader()) && world.leader() !== former);
}

describe('a ranked election', () => {
  function setup(ranks: Record<string, number>, seed = 1) {
    const told: { name: string; event: string; detail: object }[] = [];
    const sent: { name: string; kind: string; at: number }[] = [];
    const world: RankedWorld = new RankedWorld(seed, {
      told: ({ context }, event, detail) => told.push({ name: context.name, event, detail }),
      sent: ({ context }, { kind }) => sent.push({ name: context.name, kind, at: world.network.now }),
    });
    for (const [name, rank] of Object.entries(ranks)) world.join(name, rank);
    world.runUntil('one leads', () => Boolean(world.leader()));
    world.run(20);
    return { world, network: world.network, registry: world.registry, told, sent, leader: world.leader()! };
  }

  it('lets a lone member lead', () => {
    const { leader, registry } = setup({ a: 0 });
    expect(leader.context.name).toBe('a');
    expect(registry.tenure()).toMatchObject({ term: 1, leader: 'a', ended: false });
  });

  it.each([1, 2, 3, 4, 5])('is won by the highest rank (seed %i)', (seed) => {
    expect(setup({ a: 1, b: 9, c: 5, d: 8, e: 2 }, seed).leader.context.name).toBe('b');
  });

  it.each([1, 2, 3, 4, 5])('makes a tie cost 1 to 10, until one is highest (seed %i)', (seed) => {
    const { told } = setup({ a: 100, b: 100, c: 100 }, seed);
    const losses = told.filter(({ event }) => event === 'rank-tied');
    expect(losses.length).toBeGreaterThan(0);
    for (const { detail } of losses) {
      const { lost } = detail as { lost: number };
      expect(lost).toBeGreaterThanOrEqual(1);
      expect(lost).toBeLessThanOrEqual(10);
    }
  });

  it('gives back for the next election what ties have cost in this one', () => {
    const { world } = setup({ a: 100, b: 100, c: 100 });
    expect(world.members.map(({ state }) => state.rank)).toEqual([100, 100, 100]);
  });

  it('has no question to the registry where the leader is heard', () => {
    const { world, leader } = setup({ a: 1, b: 2 });
    const follower = world.members.find((member) => member !== leader)!;
    const { askedAt } = follower.state;
    world.run(200);
    expect(follower.state.askedAt).toBe(askedAt);
    expect(follower.state.tenure).toMatchObject({ term: 1, leader: 'b' });
  });

  it('takes over from a dead leader only after its lease has stood still for its whole time', () => {
    const { world, registry, leader } = setup({ a: 1, b: 2, c: 3 });
    leader.crashed = true;
    anotherLeads(world, leader);
    const [, second] = registry.installations;
    expect(second).toMatchObject({ leader: 'b', over: { ended: false } });
    expect(second!.stoodFor).toBeGreaterThanOrEqual(timing.lease * 0.95);
  });

  it('takes over at once from a leader that resigns', () => {
    const { world, network, registry, leader } = setup({ a: 1, b: 2, c: 3 });
    const begin = network.now;
    leader.take({ kind: 'leave' });
    anotherLeads(world, leader);
    expect(registry.installations[1]).toMatchObject({ leader: 'b', over: { ended: true } });
    expect(network.now - begin).toBeLessThan(timing.trust);
  });

  it('resigns also when it is told to leave while its lease is being renewed', () => {
    const { world, registry, leader } = setup({ a: 1 });
    world.runUntil('it renews', () => leader.state.asking);
    leader.take({ kind: 'leave' });
    world.run(10);
    expect(registry.tenure().ended).toBe(true);
  });

  it('resigns a term that it won when it had left already', () => {
    const world = new RankedWorld(1);
    const only = world.join('a');
    world.runUntil('the term is installed', () => world.registry.installations.length === 1);
    only.take({ kind: 'leave' });
    world.run(10);
    expect(world.leader()).toBeUndefined();
    expect(world.registry.tenure()).toMatchObject({ term: 1, ended: true });
  });

  it('has a leader step down and resign that no longer hears itself', () => {
    const { world, network, registry, told, leader } = setup({ a: 1, b: 2, c: 3 });
    network.split(['a', 'b']);
    world.run(timing.trust + 5);
    expect(leader.leads).toBe(false);
    expect(registry.tenure()).toMatchObject({ term: 1, ended: true });
    expect(told.at(-1)).toMatchObject({ event: 'stepped-down', detail: { reason: 'the bus is away' } });
    anotherLeads(world, leader);
  });

  it('has a leader step down whom the registry does not answer', () => {
    const { world, network, told, leader } = setup({ a: 1, b: 2, c: 3 });
    network.takeRegistryFrom('c');
    world.run(timing.trust + 15);
    expect(leader.leads).toBe(false);
    expect(told.at(-1)).toMatchObject({ event: 'stepped-down', detail: { reason: 'the registry is away' } });
    anotherLeads(world, leader);
    expect(world.leader()!.context.name).toBe('b');
  });

  it('goes on leading when the reply to a renewal is lost', () => {
    const { world, registry, leader } = setup({ a: 1, b: 2 });
    world.runUntil('it renews', () => leader.state.asking);
    const version = registry.tenure().leaseVersion;
    world.runUntil('it is written', () => registry.tenure().leaseVersion > version);
    leader.take({ kind: 'failed' });
    world.run(timing.lease);
    expect(leader.leads).toBe(true);
    expect(registry.installations).toHaveLength(1);
  });

  it('lets a leader that wakes up neither lead nor say that it does', () => {
    const { world, network, sent, leader } = setup({ a: 1, b: 2, c: 3 });
    leader.frozen = true;
    anotherLeads(world, leader);
    const woken = network.now;
    leader.thaw();
    world.run(60);
    expect(sent.filter(({ name, kind, at }) => name === 'c' && kind === 'lead' && at >= woken)).toEqual([]);
    expect(world.leader()!.context.name).toBe('b');
  });

  it('quells a rival, once told of for each, and goes on leading', () => {
    const { world, network, told, leader } = setup({ a: 1, b: 2, c: 3 });
    network.stall('c');
    anotherLeads(world, leader);
    network.heal();
    world.run(20);
    const quelled = told.filter(({ event }) => event === 'rival-quelled');
    expect(quelled).toEqual([
      { name: 'b', event: 'rival-quelled', detail: { rival: 'c~1', its: 1, term: 2 } },
    ]);
    expect(world.leader()!.context.name).toBe('b');
  });

  it('elects nobody beside a leader that keeps its lease, however long the bus is split', () => {
    const { world, network, registry } = setup({ a: 1, b: 2, c: 3, d: 4 });
    network.split(['a', 'd'], ['b', 'c']);
    world.run(2_000);
    expect(registry.installations).toHaveLength(1);
    expect(world.leader()!.context.name).toBe('d');
  });

  it('makes room for others when a candidate hears no word of its own', () => {
    const { world, network, leader } = setup({ a: 1, b: 2, c: 3 });
    leader.crashed = true;
    network.split(['a']);
    world.runUntil('a leads', () => Boolean(world.leader()));
    expect(world.leader()!.context.name).toBe('a');
    expect(world.member('b').state.position.role).not.toBe('leader');
  });

  it('sends nothing when it has left', () => {
    const { world, network, sent, leader } = setup({ a: 1, b: 2 });
    world.member('a').take({ kind: 'leave' });
    const since = network.now;
    leader.crashed = true;
    world.run(100);
    expect(sent.filter(({ name, at }) => name === 'a' && at > since)).toEqual([]);
  });
});
