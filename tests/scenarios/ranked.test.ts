import { describe, expect, it } from 'vitest';
import { RankedStory } from './ranked-story.js';

describe('the ranked election, as it goes', () => {
  function setup(ranks: Record<string, number>) {
    const story = new RankedStory();
    const { world } = story;
    const { network } = world;
    const all = Object.keys(ranks);
    story.chapter(`${all.join(', ')} join`, () => all.forEach((name) => world.join(name, ranks[name])), 40);
    const recorded = (name: string) =>
      expect(story.text()).toMatchFileSnapshot(`recorded/ranked-${name}.txt`);
    return { story, world, network, recorded };
  }

  it('is won by the highest rank; one that is higher still waits for the next election', async () => {
    const { story, world, recorded } = setup({ a: 100, b: 300, c: 200 });
    expect(world.leader()!.context.name).toBe('b');
    story.chapter('d joins, of rank 400', () => world.join('d', 400), 40);
    expect(world.leader()!.context.name).toBe('b');
    story.chapter('b resigns', () => world.member('b').take({ kind: 'leave' }), 40);
    expect(world.leader()!.context.name).toBe('d');
    await recorded('highest-rank');
  });

  it('lets a tie cost each a little, until one has the highest rank', async () => {
    const { world, recorded } = setup({ a: 100, b: 100, c: 100 });
    expect(world.leader()).toBeDefined();
    await recorded('tie');
  });

  it('waits for the lease of a leader that died', async () => {
    const { story, world, recorded } = setup({ a: 100, b: 200, c: 300 });
    story.chapter('c crashes', () => (world.member('c').crashed = true), 80);
    expect(world.leader()!.context.name).toBe('b');
    await recorded('dead-leader');
  });

  it('ends a candidacy when another one objects who has heard the leader since', async () => {
    const { story, world, network, recorded } = setup({ a: 100, b: 200, c: 300 });
    story.chapter(
      'b hears nobody, and the leader, c, is cut off from the registry',
      () => {
        network.split(['a', 'c']);
        network.takeRegistryFrom('c');
      },
      14,
    );
    story.chapter(
      'c dies, and b hears a again',
      () => {
        world.member('c').crashed = true;
        network.heal();
      },
      60,
    );
    expect(world.leader()!.context.name).toBe('b');
    await recorded('objection');
  });

  it('quells a rival whose messages were held up', async () => {
    const { story, world, network, recorded } = setup({ a: 100, b: 200, c: 300 });
    story.chapter(
      'the link of the leader, c, stalls: its sockets stay, nothing passes',
      () => network.stall('c'),
      60,
    );
    expect(world.leader()!.context.name).toBe('b');
    story.chapter('it passes again, with all that was held back', () => network.heal(), 20);
    expect(world.leader()!.context.name).toBe('b');
    await recorded('rival-quelled');
  });

  it('elects nobody in the half without the leader while the leader keeps its lease', async () => {
    const { story, world, network, recorded } = setup({ a: 100, b: 200, c: 300, d: 400 });
    story.chapter('the bus splits: a and d, b and c', () => network.split(['a', 'd'], ['b', 'c']), 120);
    expect(world.registry.installations).toHaveLength(1);
    story.chapter('d dies', () => (world.member('d').crashed = true), 100);
    story.chapter('the bus heals', () => network.heal(), 40);
    expect(world.leader()!.context.name).toBe('c');
    await recorded('partition');
  });

  it('lets one of two win that stand at once, each in a half of its own', async () => {
    const { story, world, network, recorded } = setup({ a: 100, b: 200, c: 300 });
    story.chapter(
      'the bus splits: a, b, and c, which dies',
      () => {
        network.split(['a'], ['b'], ['c']);
        world.member('c').crashed = true;
      },
      100,
    );
    expect(world.registry.installations).toHaveLength(2);
    story.chapter('the bus heals', () => network.heal(), 40);
    expect(world.registry.installations).toHaveLength(2);
    await recorded('two-at-once');
  });

  it('has a leader step down that hears nobody, or that the registry does not answer', async () => {
    const { story, world, network, recorded } = setup({ a: 100, b: 200, c: 300 });
    story.chapter('the leader, c, is cut off from the bus', () => network.split(['a', 'b']), 60);
    expect(world.leader()!.context.name).toBe('b');
    story.chapter('that heals', () => network.heal(), 20);
    story.chapter('the leader, b, is cut off from the registry', () => network.takeRegistryFrom('b'), 100);
    expect(world.leader()!.context.name).toBe('c');
    await recorded('cut-off');
  });

  it('does not let a leader act that wakes up', async () => {
    const { story, world, recorded } = setup({ a: 100, b: 200, c: 300 });
    story.chapter('the leader, c, stands still', () => (world.member('c').frozen = true), 80);
    expect(world.leader()!.context.name).toBe('b');
    story.chapter('c goes on', () => world.member('c').thaw(), 40);
    expect(world.leader()!.context.name).toBe('b');
    await recorded('frozen-leader');
  });
});
