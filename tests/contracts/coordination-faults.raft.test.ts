/** What can only go wrong with raft: the dead on the roll, a disk that refuses, a store that is away, a set that changes. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Member } from '../../shared/coordination/membership.js';
import { eventually } from '../support/eventually.js';
import { openRaftWorld, type RaftContender, type RaftWorld } from './coordination/raft-world.js';
import { leaderAmong, roleOf } from './coordination/world.js';

describe('coordination by raft under faults', () => {
  let world: RaftWorld;
  afterEach(() => world.close());

  async function setup(...names: string[]): Promise<RaftContender[]> {
    world = await openRaftWorld();
    const contenders = await Promise.all(names.map((name) => world.join(name)));
    await Promise.all(
      contenders.map(({ coordination: { election, membership } }) =>
        Promise.all([election.start(), membership.start()]),
      ),
    );
    return contenders;
  }

  async function onRoll(document: string): Promise<string[]> {
    const { members } = (await world.documents.read(document))!.value as { members: Member[] };
    return members.map(({ name }) => name).sort();
  }

  it('strikes a dead voter off both rolls, so that the last of two can lead', async () => {
    const contenders = await setup('a', 'b');
    const dead = await leaderAmong(contenders);
    const left = contenders.find((contender) => contender !== dead)!;
    dead.die();
    await leaderAmong([left]);
    expect(await onRoll('voters')).toEqual([left.self.name]);
    await eventually('it is a member no more', async () => (await onRoll('members')).length === 1);
  });

  it('keeps a voter whose link is broken, since its process lives, and elects nobody without it', async () => {
    const contenders = await setup('a', 'b');
    const cutOff = await leaderAmong(contenders);
    const left = contenders.find((contender) => contender !== cutOff)!;
    cutOff.link.cut();
    await eventually('it is silent', () => left.coordination.membership.members().length === 1);
    await eventually('it leads no more', () => roleOf(cutOff) !== 'leader');
    await left.coordination.registry.read('voters');
    expect(await onRoll('voters')).toEqual(['a', 'b']);
    expect(roleOf(left)).not.toBe('leader');
    cutOff.link.heal();
    await leaderAmong(contenders);
  });

  it('enters the roll again when it was struck off while it lived', async () => {
    const contenders = await setup('a', 'b', 'c');
    await leaderAmong(contenders);
    const { version, value } = (await world.documents.read('voters'))!;
    const { members } = value as { members: Member[] };
    const fewer = { members: members.filter(({ name }) => name !== 'a') };
    await world.documents.write('voters', fewer, { expected: version });
    await eventually('it is back', async () => (await onRoll('voters')).join('') === 'abc');
    await leaderAmong(contenders);
  });

  it('leaves the roll when it stops, also when it does not lead', async () => {
    const contenders = await setup('a', 'b', 'c');
    const leader = await leaderAmong(contenders);
    for (const { coordination } of contenders.filter((contender) => contender !== leader))
      await coordination.election.stop();
    expect(await onRoll('voters')).toEqual([leader.self.name]);
    expect(roleOf(leader)).toBe('leader');
  });
});

describe('a voter whose disk refuses', () => {
  it('says so, and casts no vote', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'carillon-raft-'));
    await mkdir(join(folder, 'a.json'));
    const world = await openRaftWorld(folder);
    const { coordination } = await world.join('a');
    await expect(coordination.election.start()).rejects.toMatchObject({ code: 'invalid-configuration' });
    expect(coordination.election.current().role).toBe('follower');
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });
});
