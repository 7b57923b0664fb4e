import { describe, expect, it } from 'vitest';
import type { Random } from '../../../../../shared/base/random.js';
import { step } from '../../../../../shared/coordination/raft/core.js';
import type { Message } from '../../../../../shared/coordination/raft/messages.js';
import type { State } from '../../../../../shared/coordination/raft/state.js';
import { RaftWorld, timing } from '../../../../scenarios/raft-world.js';
import { seededRandom } from '../../../../support/seeded-random.js';

const three = ['a', 'b', 'c'];
const five = ['a', 'b', 'c', 'd', 'e'];
/** Ticks in which an undisturbed network elects: the longest silence, twice over for a split vote, and the way of the messages. */
const patience = 2 * (timing.silence + timing.spread) + 10;

function setup(options: Partial<ConstructorParameters<typeof RaftWorld>[0]> = {}) {
  const world = new RaftWorld({ names: three, ...options });
  const elect = (among: readonly string[] = world.registry.voters.names) => {
    world.tickUntil(() => world.leaders().some((name) => among.includes(name)), 4 * patience);
    return world.leaders().find((name) => among.includes(name))!;
  };
  const settle = () => {
    const leader = elect();
    world.tick(2 * timing.beat);
    return leader;
  };
  const without = (name: string) => world.registry.voters.names.filter((other) => other !== name);
  return { world, elect, settle, without };
}

describe('the core of raft', () => {
  it('elects one leader, whom all follow, and keeps it while nothing happens', () => {
    const { world, settle, without } = setup({ names: five });
    const leader = settle();
    for (const name of without(leader)) expect(world.state(name)).toMatchObject({ leader, installed: true });
    world.tick(1_000);
    expect(world.leaders()).toEqual([leader]);
    expect(world.installed).toHaveLength(1);
  });

  it('lets a lone voter lead', () => {
    const { world, elect } = setup({ names: ['a'] });
    expect(elect()).toBe('a');
    world.tick(1_000);
    expect(world.installed).toEqual([{ term: 1, leader: 'a' }]);
  });

  it('does not let one lead that is no voter', () => {
    const { world } = setup({ names: three, voters: ['a', 'b'] });
    world.tick(200);
    expect(world.leaders()).not.toEqual(['c']);
    expect(world.state('c').role).toBe('follower');
    expect(world.installed).toHaveLength(1);
  });

  it('replaces a leader that crashed, in a higher term and in time', () => {
    const { world, settle, elect, without } = setup({ names: five });
    const leader = settle();
    const { term } = world.state(leader);
    world.crash(leader);
    const crashed = world.now;
    const next = elect(without(leader));
    expect(world.state(next).term).toBeGreaterThan(term);
    expect(world.now - crashed).toBeLessThanOrEqual(patience);
  });

  it('elects nobody without a majority, and somebody once there is one', () => {
    const { world, settle, elect } = setup({ names: three });
    const leader = settle();
    const [follower, last] = three.filter((name) => name !== leader);
    world.crash(leader);
    world.crash(follower!);
    const { term } = world.state(last!);
    world.tick(1_000);
    expect(world.leaders()).toEqual([]);
    expect(world.state(last!).term).toBe(term);
    world.restart(follower!);
    expect([follower, last]).toContain(elect());
  });

  it.each([0, 1])(
    'lets a leader step down that hears %i of four others, before another one leads',
    (heard) => {
      const { world, settle, without } = setup({ names: five });
      const old = settle();
      const minority = [old, ...without(old).slice(0, heard)];
      const majority = five.filter((name) => !minority.includes(name));
      world.partition(minority, majority);
      let together = 0;
      world.tickUntil(() => {
        if (world.leaders().length > 1) together++;
        return majority.some((name) => world.leaders().includes(name));
      });
      expect(together).toBe(0);
      expect(world.state(old).role).not.toBe('leader');
    },
  );

  it('tells one that polls for an old term the present one', () => {
    const { world } = setup();
    world.tick(timing.silence);
    world.input('a', { kind: 'registered', term: 7, leader: 'b' });
    const poll: Message = {
      kind: 'ask',
      from: 'b',
      to: 'a',
      term: 7,
      version: 1,
      poll: true,
      handedOver: false,
    };
    const { effects } = step(world.state('a'), { kind: 'message', message: poll }, seededRandom(1));
    const refusal = { kind: 'answer', from: 'a', to: 'b', term: 7, version: 1, poll: true, granted: false };
    expect(effects).toEqual([{ kind: 'send', message: refusal }]);
    const later = step(world.state('a'), { kind: 'message', message: { ...poll, term: 8 } }, seededRandom(1));
    expect(later.effects).toEqual([{ kind: 'send', message: { ...refusal, term: 8, granted: true } }]);
    expect(later.state.term).toBe(7);
  });

  it('is not disturbed by a voter that comes back after it was cut off', () => {
    const { world, settle, without } = setup({ names: five });
    const leader = settle();
    const { term } = world.state(leader);
    const away = without(leader)[0]!;
    world.partition([away], without(away));
    world.tick(500);
    world.heal();
    world.tick(100);
    expect(world.leaders()).toEqual([leader]);
    expect(world.state(away)).toMatchObject({ leader, term });
  });

  it('keeps a leader through messages that a follower does not get', () => {
    const { world, settle, without } = setup();
    const leader = settle();
    const [deaf, other] = without(leader);
    world.partition([leader, other!], [other!, deaf!]);
    world.tick(300);
    expect(world.leaders()).toEqual([leader]);
    expect(world.installed).toHaveLength(1);
  });

  it('does not let a leader act that wakes from a freeze longer than its lease', () => {
    const { world, settle, elect, without } = setup();
    const old = settle();
    const { term } = world.state(old);
    world.freeze(old);
    const next = elect(without(old));
    world.tick(10);
    world.thaw(old);
    expect(world.leaders()).toEqual([next]);
    world.tick(1);
    expect(world.leaders()).toEqual([next]);
    world.tick(20);
    expect(world.state(old)).toMatchObject({ leader: next, role: 'follower' });
    expect(world.state(old).term).toBeGreaterThan(term);
  });

  it('does not let even a lone voter lead on after a freeze, without a new term', () => {
    const { world, settle, elect } = setup({ names: ['a'] });
    settle();
    world.freeze('a');
    world.tick(timing.lease);
    expect(world.leaders()).toEqual([]);
    world.thaw('a');
    world.tick(1);
    expect(world.leaders()).toEqual([]);
    elect();
    expect(world.installed.map(({ term }) => term)).toEqual([1, 2]);
  });

  it('hands over at once when a leader resigns', () => {
    const { world, settle, without } = setup();
    const old = settle();
    world.retire(old);
    expect(world.leaders()).toEqual([]);
    const ticks = world.tickUntil(() => world.leaders().length > 0);
    expect(ticks).toBeLessThan(timing.silence);
    expect(without(old)).toContain(world.leaders()[0]);
    world.tick(200);
    expect(world.leaders()).not.toContain(old);
  });

  it('resigns when it loses the registry, and leads no more until it has found it', () => {
    const { world, settle, elect, without } = setup();
    const old = settle();
    world.blind(old, true);
    const next = elect(without(old));
    world.crash(next);
    world.tick(300);
    expect(world.leaders()).toEqual(
      without(old).filter((name) => name !== next && world.leaders().includes(name)),
    );
    expect(world.leaders()).not.toContain(old);
  });

  it('makes room when it cannot install its term', () => {
    const { world, elect } = setup({ names: five });
    world.tickUntil(() => five.some((name) => world.state(name).role === 'candidate'));
    const stuck = five.find((name) => world.state(name).role === 'candidate')!;
    world.nodes.get(stuck)!.blind = true;
    expect(elect()).not.toBe(stuck);
  });

  it('steps down when a higher term is registered, and leads again only above it', () => {
    const { world, settle, elect } = setup({ names: ['a'] });
    settle();
    Object.assign(world.registry, { term: 40, leader: 'stranger' });
    world.tickUntil(() => world.leaders().length === 0);
    elect();
    expect(world.state('a').term).toBe(41);
  });

  it('goes on with the term and the vote that were saved', () => {
    const { world, settle, elect } = setup();
    settle();
    const terms = three.map((name) => world.state(name).term);
    for (const name of three) world.crash(name);
    for (const name of three) world.restart(name);
    elect();
    expect(world.installed.at(-1)!.term).toBeGreaterThan(Math.max(...terms));
    expect(world.violations).toEqual([]);
  });

  it('gives no vote for a while after it started, as it may have heard a leader before', () => {
    const { world } = setup();
    const ask: Message = {
      kind: 'ask',
      from: 'b',
      to: 'a',
      term: 9,
      version: 1,
      poll: false,
      handedOver: false,
    };
    world.input('a', { kind: 'message', message: ask });
    expect(world.state('a')).toMatchObject({ term: 0, votedFor: null });
  });

  it('counts no vote of somebody who knows another voter set, and learns of it', () => {
    const { world } = setup();
    const ask: Message = {
      kind: 'ask',
      from: 'b',
      to: 'a',
      term: 9,
      version: 2,
      poll: false,
      handedOver: true,
    };
    world.input('a', { kind: 'message', message: ask });
    expect(world.state('a').votedFor).toBeNull();
    world.changeVoters(['a', 'b']);
    world.input('a', { kind: 'message', message: ask });
    expect(world.state('a').voters).toEqual({ version: 2, names: ['a', 'b'] });
  });

  it('keeps the leader while members are added and removed one at a time', () => {
    const { world, settle } = setup({ names: five, voters: ['a'] });
    settle();
    for (const names of [
      ['a', 'b'],
      three,
      ['a', 'b', 'c', 'd'],
      five,
      ['a', 'c', 'd', 'e'],
      ['a', 'd', 'e'],
    ]) {
      world.changeVoters(names);
      world.tick(60);
      expect(world.leaders()).toEqual(['a']);
    }
    expect(world.installed).toEqual([{ term: 1, leader: 'a' }]);
  });

  it('replaces a leader that is removed from the set', () => {
    const { world, settle, elect, without } = setup();
    const old = settle();
    const left = without(old);
    world.changeVoters(left);
    expect(left).toContain(elect(left));
    world.tick(100);
    expect(world.leaders()).not.toContain(old);
  });

  it('installs nothing under a voter set that has changed since the vote', () => {
    const { world } = setup();
    world.tickUntil(() => three.some((name) => world.state(name).role === 'candidate'));
    world.registry.voters = { version: 2, names: three };
    world.tick(5);
    expect(world.installed).toEqual([]);
    world.tickUntil(() => world.leaders().length === 1);
  });

  it('ignores what is meant for somebody else, of an old term, or not asked for', () => {
    const { world, settle } = setup();
    const leader = settle();
    const before = world.state(leader);
    const common = { from: 'b', version: 1, term: before.term };
    const strays: Message[] = [
      { ...common, kind: 'beat', to: 'nobody', term: 99, sentAt: 1, installed: true },
      { ...common, kind: 'echo', to: leader, term: before.term - 1, sentAt: before.now },
      { ...common, kind: 'echo', to: leader, sentAt: before.now + 1_000 },
      { ...common, kind: 'answer', to: leader, poll: true, granted: true, term: before.term + 1 },
      { ...common, kind: 'resignation', to: leader, heir: leader },
    ];
    for (const message of strays) world.input(leader, { kind: 'message', message });
    expect(world.state(leader)).toEqual(before);
  });

  it.each(Array.from({ length: 40 }, (_, seed) => seed))('holds what it promises in storm %i', (seed) => {
    const { world, elect } = setup({ seed, names: five });
    const random = seededRandom(seed + 1_000);
    elect();
    world.loss = random.next() * 0.3;
    world.delay = Math.floor(random.next() * 6);
    let most = 0;
    for (let round = 0; round < 50; round++) {
      disturb(world, random, [partition, heal, crashOrRestart, freezeOrThaw, blindOrSee, changeOneVoter]);
      most = Math.max(
        most,
        mostLeaders(world, 20, ({ term }) => term === world.registry.term),
      );
    }
    expect(most).toBeLessThanOrEqual(1);
    expect(world.violations).toEqual([]);
    const terms = world.installed.map(({ term }) => term);
    expect(terms).toEqual([...new Set(terms)].sort((a, b) => a - b));
    calm(world);
    elect();
    world.tick(100);
    expect(world.leaders()).toHaveLength(1);
  });

  it('lets no two believe that they lead, in storms with a voter set that stays', () => {
    let elections = 0;
    for (let seed = 0; seed < 60; seed++) {
      const { world } = setup({ seed, names: five });
      const random = seededRandom(seed + 5_000);
      world.loss = 0.1;
      world.delay = 3;
      let most = 0;
      for (let round = 0; round < 30; round++) {
        disturb(world, random, [partition, heal, freezeOrThaw, crashOrRestart]);
        most = Math.max(most, mostLeaders(world, 20));
      }
      expect(most, `seed ${seed}`).toBeLessThanOrEqual(1);
      elections += world.installed.length;
    }
    expect(elections).toBeGreaterThan(100);
  });
});

type Disturbance = (world: RaftWorld, name: string, random: Random) => void;

function disturb(world: RaftWorld, random: Random, ways: readonly Disturbance[]): void {
  const name = five[Math.floor(random.next() * five.length)]!;
  ways[Math.floor(random.next() * ways.length)]!(world, name, random);
}

/** The most that led at any instant of the next `ticks`, of those that `counts` accepts. */
function mostLeaders(
  world: RaftWorld,
  ticks: number,
  counts: (state: State) => boolean = () => true,
): number {
  let most = 0;
  for (let i = 0; i < ticks; i++) {
    world.tick();
    most = Math.max(most, world.leaders().filter((name) => counts(world.state(name))).length);
  }
  return most;
}

const partition: Disturbance = (world, name, random) =>
  world.partition(
    [name, five[Math.floor(random.next() * 5)]!],
    five.filter(() => random.next() < 0.7),
  );

const heal: Disturbance = (world) => world.heal();

const crashOrRestart: Disturbance = (world, name) => {
  if (world.nodes.get(name)!.up) world.crash(name);
  else world.restart(name);
};

const freezeOrThaw: Disturbance = (world, name) => {
  if (world.nodes.get(name)!.frozen) world.thaw(name);
  else world.freeze(name);
};

const blindOrSee: Disturbance = (world, name) => world.blind(name, !world.nodes.get(name)!.blind);

const changeOneVoter: Disturbance = (world, name) => {
  const { names } = world.registry.voters;
  if (!names.includes(name)) world.changeVoters([...names, name]);
  else if (names.length > 1) world.changeVoters(names.filter((other) => other !== name));
};

function calm(world: RaftWorld): void {
  world.loss = 0;
  world.delay = 0;
  world.heal();
  for (const [name, { up, frozen, blind }] of world.nodes) {
    if (!up) world.restart(name);
    if (frozen) world.thaw(name);
    if (blind) world.blind(name, false);
  }
}
