import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { VoteFile } from '../../../../../shared/coordination/raft/vote-file.js';

describe('the file of votes', () => {
  let folder: string;
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function setup() {
    folder = await mkdtemp(join(tmpdir(), 'carillon-votes-'));
    return { place: join(folder, 'made', 'by itself') };
  }

  it('begins with term 0 and no vote', async () => {
    const { place } = await setup();
    expect(await new VoteFile(place, 'a').read()).toEqual({ term: 0, votedFor: null });
  });

  it('gives a later process what was saved, each under its own name', async () => {
    const { place } = await setup();
    const votes = new VoteFile(place, 'a');
    votes.save({ term: 7, votedFor: 'b' });
    await votes.saved();
    expect(await new VoteFile(place, 'a').read()).toEqual({ term: 7, votedFor: 'b' });
    expect(await new VoteFile(place, 'b').read()).toEqual({ term: 0, votedFor: null });
  });

  it('holds the last of several votes that were given in a hurry', async () => {
    const { place } = await setup();
    const votes = new VoteFile(place, 'a');
    votes.save({ term: 1, votedFor: null });
    const first = votes.saved();
    votes.save({ term: 2, votedFor: 'a' });
    await Promise.all([first, votes.saved()]);
    expect(await votes.read()).toEqual({ term: 2, votedFor: 'a' });
    expect(await readdir(place)).toEqual(['a.json']);
  });

  it('rejects while the disk refuses, and tries again the next time', async () => {
    const { place } = await setup();
    await writeFile(join(folder, 'made'), 'a file where a folder should be');
    const votes = new VoteFile(place, 'a');
    votes.save({ term: 3, votedFor: 'c' });
    await expect(votes.saved()).rejects.toThrow();
    await rm(join(folder, 'made'));
    await votes.saved();
    expect(await votes.read()).toEqual({ term: 3, votedFor: 'c' });
  });

  it.each(['', '{', 'null', '{"term":"7","votedFor":null}', '{"term":7}'])(
    'refuses a file that is not its own: %s',
    async (text) => {
      await setup();
      await writeFile(join(folder, 'a.json'), text);
      await expect(new VoteFile(folder, 'a').read()).rejects.toMatchObject({ code: 'invalid-configuration' });
    },
  );
});
