/** The coordination of a lone process against the contracts of the ports, and what is its own. */
import { describe, expect, it } from 'vitest';
import { CarillonError } from '../../shared/base/errors.js';
import { termDocument } from '../../shared/coordination/registry.js';
import { MemoryDocuments } from '../../shared/coordination/single/memory-documents.js';
import { openSingleCoordination } from '../../shared/coordination/single/single.js';
import type { DocumentStore } from '../../shared/store/store.js';
import { ManualClock } from '../support/manual-clock.js';
import { openSingleWorld } from './coordination/single-world.js';
import { makeMember } from './coordination/world.js';
import { electionContract } from './election-contract.js';
import { membershipContract } from './membership-contract.js';
import { registryContract } from './registry-contract.js';

const single = { name: 'single', severalMembers: false, open: openSingleWorld };

electionContract(single);
membershipContract(single);
registryContract(single);

describe('coordination by a lone process on a store', () => {
  function setup() {
    const memory = new MemoryDocuments();
    const store = { away: false };
    const reach = () =>
      store.away ? Promise.reject(new CarillonError('store-unavailable', 'away')) : Promise.resolve();
    const documents: DocumentStore = {
      read: (name) => reach().then(() => memory.read(name)),
      write: (...write) => reach().then(() => memory.write(...write)),
    };
    const clock = new ManualClock();
    const open = (name: string) => openSingleCoordination(makeMember(name), { documents, clock });
    return { memory, store, clock, open };
  }

  it('goes on with a higher term after a restart', async () => {
    const { open } = setup();
    const before = open('a');
    await before.election.start();
    await before.close();
    const after = open('a');
    await after.election.start();
    expect(after.election.current()).toEqual({ role: 'leader', term: 2, leader: 'a' });
    await after.close();
  });

  it('starts while the store is away, does not lead then, and leads when it is back', async () => {
    const { store, clock, open } = setup();
    store.away = true;
    const { election, registry, ping, close } = open('a');
    await election.start();
    expect(election.current().role).toBe('follower');
    await expect(ping()).rejects.toMatchObject({ code: 'coordination-unavailable' });
    await expect(registry.write('ring', 1, { expected: 0 })).rejects.toMatchObject({
      code: 'coordination-unavailable',
    });
    store.away = false;
    await clock.advance(1_000);
    expect(election.current()).toEqual({ role: 'leader', term: 1, leader: 'a' });
    await ping();
    await close();
  });

  it('steps down for good when another process has installed a higher term', async () => {
    const { memory, clock, open } = setup();
    const { election, registry, close } = open('a');
    await election.start();
    await memory.write(termDocument, { term: 7, leader: 'b' }, { expected: 1 });
    await clock.advance(1_000);
    expect(election.current()).toEqual({ role: 'follower', term: 7, leader: 'b' });
    await clock.advance(60_000);
    expect(await registry.read(termDocument)).toEqual({ version: 2, value: { term: 7, leader: 'b' } });
    await close();
  });
});
