import { describe, expect, it } from 'vitest';
import { HandoverWorld } from './handover-world.js';
import { Story } from './story.js';

const start = 1_000_000;
const lookAheadMs = 2_000;

describe('a handover of the ring', () => {
  function setup(...members: string[]) {
    const story = new Story();
    const world = new HandoverWorld(start, members);
    world.settle();
    world.pass(60_000);
    const begun = world.now;
    world.tellTo((at, text) => story.tell(at, text));
    const chapter = (text: string) => story.chapter(world.now - begun, text);
    const recorded = (name: string) =>
      expect(story.text()).toMatchFileSnapshot(`recorded/handover-${name}.txt`);
    /** Everybody has claimed as far ahead as one looks. */
    const look = () => world.living.forEach((name) => world.positions.set(name, world.now + lookAheadMs));
    const answer = (...names: string[]) => names.forEach((name) => world.answer(name));
    const finish = () => {
      world.answerAll();
      world.pass(world.newest!.effectiveFrom - world.now);
    };
    chapter(`the ring of ${members.join(', ')} is settled; ${members[0]} leads`);
    look();
    return { chapter, world, look, answer, finish, recorded, members: () => world.newest!.members };
  }

  it('goes through its three phases when one comes', async () => {
    const { chapter, world, answer, finish, recorded, members } = setup('a', 'b');
    chapter('c comes');
    world.join('c');
    answer('a', 'b', 'c');
    world.write();
    answer('a', 'b', 'c');
    chapter('its instant comes; nobody has paused');
    finish();
    expect([world.phase, members()]).toEqual(['settled', ['a', 'b', 'c']]);
    await recorded('newcomer');
  });

  it('is one write when one dies', async () => {
    const { chapter, world, recorded, members } = setup('a', 'b', 'c');
    chapter('b dies; nobody that lives loses anything, so nobody is asked');
    world.die('b');
    world.write();
    chapter('its shards are handed on from here, before anybody has acknowledged');
    expect(members()).toEqual(['a', 'c']);
    await recorded('death');
  });

  it('begins again without a member that dies while it prepares', async () => {
    const { chapter, world, answer, finish, recorded, members } = setup('a', 'b', 'c');
    chapter('d comes');
    world.join('d');
    answer('a');
    chapter('b dies before it has answered');
    world.die('b');
    finish();
    expect(members()).toEqual(['a', 'c', 'd']);
    await recorded('death-while-preparing');
  });

  it('is followed by the next one when a member dies while it is told', async () => {
    const { chapter, world, answer, finish, recorded, members } = setup('a', 'b', 'c');
    chapter('d comes');
    world.join('d');
    answer('a', 'b', 'c', 'd');
    world.write();
    answer('a', 'c');
    chapter('b dies before it has acknowledged');
    world.die('b');
    finish();
    expect(members()).toEqual(['a', 'c', 'd']);
    await recorded('death-while-synchronising');
  });

  it('is followed by the next one when the newcomer dies before its instant', async () => {
    const { chapter, world, answer, finish, recorded, members } = setup('a', 'b');
    chapter('c comes');
    world.join('c');
    answer('a', 'b', 'c');
    world.write();
    answer('a', 'b', 'c');
    chapter('c dies while all wait for the instant');
    world.die('c');
    finish();
    expect(members()).toEqual(['a', 'b']);
    await recorded('death-while-resuming');
  });

  it('is put later when a member is past its instant', async () => {
    const { chapter, world, answer, finish, recorded } = setup('a', 'b');
    chapter('c comes');
    world.join('c');
    answer('a', 'b', 'c');
    world.write();
    answer('b', 'c');
    chapter('a was slow to hear of it and has claimed beyond it');
    world.positions.set('a', world.newest!.effectiveFrom + 500);
    world.pass(1_500);
    finish();
    expect(world.newest!.number).toBe(3);
    await recorded('past-the-instant');
  });

  it('is finished by the successor of a leader that dies after it committed', async () => {
    const { chapter, world, answer, finish, recorded, members } = setup('a', 'b', 'c');
    chapter('d comes');
    world.join('d');
    answer('a', 'b', 'c', 'd');
    world.write();
    chapter('a, the leader, dies; b leads and reads the registry');
    world.living = ['b', 'c', 'd'];
    world.succeed();
    finish();
    expect(members()).toEqual(['b', 'c', 'd']);
    await recorded('leader-dies-after-commit');
  });

  it('is forgotten with a leader that only proposed it', async () => {
    const { chapter, world, answer, finish, recorded, members } = setup('a', 'b', 'c');
    chapter('d comes');
    world.join('d');
    answer('b');
    chapter('a, the leader, and d die together; b leads and reads the registry');
    world.living = ['b', 'c'];
    world.succeed();
    finish();
    expect([members(), world.newest!.number]).toEqual([['b', 'c'], 2]);
    await recorded('leader-dies-before-commit');
  });

  it('leaves out one that answers nothing, and takes it in when it does', async () => {
    const { chapter, world, answer, look, finish, recorded, members } = setup('a');
    chapter('b comes, but its port cannot be reached');
    world.join('b');
    answer('a');
    world.silence('b');
    expect(members()).toEqual(['a']);
    chapter('ten seconds later it is tried again');
    world.pass(10_000);
    look();
    finish();
    expect(members()).toEqual(['a', 'b']);
    await recorded('silence');
  });

  it('moves all shards to the next leader at once, in the classic shape', async () => {
    const { chapter, world, answer, recorded, members } = setup('a');
    chapter('a dies; b leads, and its ring has one member, itself');
    world.living = ['b'];
    world.succeed();
    answer('b');
    world.write();
    expect(members()).toEqual(['b']);
    await recorded('classic-shape');
  });
});
