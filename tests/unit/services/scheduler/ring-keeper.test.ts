import { describe, expect, it } from 'vitest';
import { termDocument } from '../../../../shared/coordination/registry.js';
import { handoverLeadMs } from '../../../../shared/ring/handover.js';
import { setupCluster } from './cluster-world.js';

/** The world with these schedulers, their ring settled. */
async function setup(...names: string[]) {
  const world = await setupCluster();
  for (const name of names) await world.start(name);
  await world.clock.advance(15_000);
  const members = async () => (await world.ring()).at(-1)?.members;
  return { ...world, members };
}

describe('the keeper of the ring', () => {
  it('writes nothing when a higher term was installed that it has not heard of', async () => {
    const { clock, documents, start, members } = await setup('s1', 's2');
    const { version } = (await documents.read(termDocument))!;
    await documents.write(termDocument, { term: 99, leader: 'elsewhere' }, { expected: version });
    await start('s3');
    await clock.advance(15_000);
    expect(await members()).toEqual(['s1', 's2']);
  });

  it('does not lead under a term that is not its own', async () => {
    const { documents, clock, start, members } = await setup();
    await documents.write(termDocument, { term: 98, leader: 'elsewhere' }, { expected: 0 });
    await start('s1');
    const { version } = (await documents.read(termDocument))!;
    await documents.write(termDocument, { term: 99, leader: 'elsewhere' }, { expected: version });
    await clock.advance(15_000);
    expect(await members()).toBeUndefined();
  });

  it('goes on from what the registry says when the answer to its write is lost', async () => {
    const { clock, coordination, start, members, ring } = await setup('s1', 's2');
    coordination.loseAnswers(1);
    await start('s3');
    await clock.advance(15_000);
    expect(await members()).toEqual(['s1', 's2', 's3']);
    const numbers = (await ring()).map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)]);
    await start('s4');
    await clock.advance(15_000);
    expect(await members()).toEqual(['s1', 's2', 's3', 's4']);
  });

  it('leaves out one that does not answer its calls, and takes it in when it does', async () => {
    const { clock, coordination, start, members } = await setup('s1', 's2');
    coordination.silence('s3');
    await start('s3');
    await clock.advance(5_000);
    expect(await members()).toEqual(['s1', 's2']);
    coordination.silence(null);
    await clock.advance(12_000);
    expect(await members()).toEqual(['s1', 's2', 's3']);
  });

  it('takes nobody for another whose address leads to it', async () => {
    const { clock, coordination, start, members } = await setup('s1', 's2');
    coordination.misdirect('s3', 's2');
    await start('s3');
    await clock.advance(5_000);
    expect(await members()).toEqual(['s1', 's2']);
  });

  it('takes in several that come together at most one handover after the other', async () => {
    const { clock, start, members, ring } = await setup('s1');
    const { number } = (await ring()).at(-1)!;
    for (const name of ['s2', 's3', 's4', 's5']) await start(name);
    await clock.advance(3 * handoverLeadMs + 8_000);
    expect(await members()).toEqual(['s1', 's2', 's3', 's4', 's5']);
    expect((await ring()).at(-1)!.number - number).toBeLessThanOrEqual(2);
  });
});
