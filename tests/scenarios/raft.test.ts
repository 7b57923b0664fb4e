import { describe, expect, it } from 'vitest';
import { RaftWorld } from './raft-world.js';
import { Story } from './story.js';

const five = ['a', 'b', 'c', 'd', 'e'];

describe('an election by raft', () => {
  function setup(options: { names?: readonly string[] } = {}) {
    const story = new Story();
    const world = new RaftWorld({ names: five, ...options, tell: (at, text) => story.tell(at, text) });
    const chapter = (text: string) => story.chapter(world.now, text);
    const leader = () => {
      world.tickUntil(() => world.leaders().length === 1);
      world.tick(4);
      return world.leaders()[0]!;
    };
    const recorded = (name: string) => expect(story.text()).toMatchFileSnapshot(`recorded/raft-${name}.txt`);
    chapter(`${world.registry.voters.names.join(', ')} start`);
    return { chapter, world, leader, recorded };
  }

  it('passes from a leader that dies to another one', async () => {
    const { chapter, world, leader, recorded } = setup();
    const first = leader();
    chapter(`${first} leads; it dies`);
    world.crash(first);
    const second = leader();
    chapter(`it comes back and finds ${second}`);
    world.restart(first);
    world.tick(60);
    expect(world.leaders()).toEqual([second]);
    await recorded('death-of-the-leader');
  });

  it('is repeated when the votes are split', async () => {
    const { chapter, world, leader, recorded } = setup({ names: ['a', 'b', 'c', 'd'] });
    chapter(
      'a and b ask for votes in the same tick: each has its own and one other, and two of four are no majority',
    );
    world.tick(10);
    for (const name of ['a', 'b']) world.nodes.get(name)!.state = { ...world.state(name), campaignAt: 11 };
    splitVotes(world);
    chapter('each waits for a time of its own and asks again');
    world.heal();
    const elected = leader();
    expect(world.state(elected).term).toBeGreaterThan(1);
    await recorded('split-vote');
  });

  it('goes on in the majority when the leader is parted from it', async () => {
    const { chapter, world, leader, recorded } = setup();
    const old = leader();
    const [companion, ...majority] = five.filter((name) => name !== old);
    chapter(`${old} leads; it is left with ${companion}: two of five are no majority`);
    world.partition([old, companion!], majority);
    world.tickUntil(() => majority.some((name) => world.leaders().includes(name)));
    world.tick(40);
    chapter('both sides meet again; the cut off ones have disturbed nobody');
    world.heal();
    world.tick(60);
    expect(world.leaders()).toHaveLength(1);
    expect(majority).toContain(world.leaders()[0]);
    await recorded('partition-of-the-leader');
  });

  it('survives two deaths at once, and not a third', async () => {
    const { chapter, world, leader, recorded } = setup();
    const first = leader();
    const second = five.find((name) => name !== first)!;
    chapter(`${first}, the leader, and ${second} die together`);
    world.crash(first);
    world.crash(second);
    const next = leader();
    const third = five.find((name) => ![first, second, next].includes(name))!;
    chapter(`a third one dies; ${next} hears no majority any more and steps back`);
    world.crash(third);
    world.tick(30);
    expect(world.leaders()).toEqual([]);
    chapter('one of them comes back, and there is a majority again');
    world.restart(second);
    leader();
    await recorded('two-at-once');
  });

  it('hands over when a leader stops, without a silence', async () => {
    const { chapter, world, leader, recorded } = setup();
    const old = leader();
    chapter(`${old} leads and is told to stop`);
    world.retire(old);
    leader();
    await recorded('resignation');
  });

  it('leaves a leader without effect that froze and wakes', async () => {
    const { chapter, world, leader, recorded } = setup();
    const old = leader();
    chapter(`${old} leads and stands still`);
    world.freeze(old);
    const next = leader();
    chapter(`it wakes; before it hears anything it knows that its lease is over`);
    world.thaw(old);
    expect(world.leaders()).toEqual([next]);
    world.tick(20);
    expect(world.leaders()).toEqual([next]);
    await recorded('frozen-leader');
  });

  it('goes on while members come and go, one at a time', async () => {
    const { chapter, world, leader, recorded } = setup();
    const first = leader();
    const others = five.filter((name) => name !== first);
    chapter('two leave, one after the other; then the leader is removed itself');
    for (const gone of others.slice(0, 2)) {
      world.changeVoters(world.registry.voters.names.filter((name) => name !== gone));
      world.tick(30);
      expect(world.leaders()).toEqual([first]);
    }
    world.changeVoters(world.registry.voters.names.filter((name) => name !== first));
    world.tick(60);
    const next = leader();
    chapter(`${next} leads; one comes back`);
    world.changeVoters([...world.registry.voters.names, others[0]!]);
    world.tick(40);
    expect(world.leaders()).toEqual([next]);
    await recorded('members');
  });
});

/** a and b begin an election at once, each reached by one other voter. */
function splitVotes(world: RaftWorld): void {
  world.partition(['a', 'c'], ['b', 'd']);
  for (const [candidate, voter] of [
    ['a', 'c'],
    ['b', 'd'],
  ] as const) {
    const poll = {
      kind: 'answer',
      from: voter,
      to: candidate,
      term: 1,
      version: 1,
      poll: true,
      granted: true,
    } as const;
    const other = { ...poll, from: candidate === 'a' ? 'd' : 'c' };
    world.tickUntil(() => world.state(candidate).role === 'pollster', 30);
    world.input(candidate, { kind: 'message', message: poll });
    world.input(candidate, { kind: 'message', message: other });
  }
  world.tick(4);
  expect(['a', 'b'].map((name) => world.state(name).role)).toEqual(['candidate', 'candidate']);
}
