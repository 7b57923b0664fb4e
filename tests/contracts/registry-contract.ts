/** The contract of the registry's port, one suite for every driver. */
import { afterEach, describe, expect, it } from 'vitest';
import type { RegistryDocument } from '../../shared/coordination/registry.js';
import { eventually } from '../support/eventually.js';
import type { Adapter, Contender, CoordinationWorld } from './coordination/world.js';
import { reached } from './coordination/world.js';

export function registryContract(adapter: Adapter): void {
  describe(`the registry, ${adapter.name}`, () => {
    let world: CoordinationWorld;
    afterEach(() => world.close());

    async function setup(...names: string[]): Promise<Contender[]> {
      world = await adapter.open();
      return Promise.all(names.map((name) => world.join(name)));
    }

    async function setupOne() {
      const [only] = await setup('a');
      return only!.coordination.registry;
    }

    it('has no document before one is written', async () => {
      const registry = await setupOne();
      expect(await registry.read('ring')).toBeNull();
    });

    it('numbers versions from 1 and gives back what was written', async () => {
      const registry = await setupOne();
      const value = { members: ['ä', 'b/c'], at: 1.5, none: null };
      expect(await registry.write('ring/of "é"', value, { expected: 0 })).toBe(1);
      expect(await registry.read('ring/of "é"')).toEqual({ version: 1, value });
      expect(await registry.write('ring/of "é"', null, { expected: 1 })).toBe(2);
      expect(await registry.read('ring/of "é"')).toEqual({ version: 2, value: null });
    });

    it('refuses a write that expects another version than the present one', async () => {
      const registry = await setupOne();
      expect(await registry.write('ring', 'early', { expected: 1 })).toBeNull();
      await registry.write('ring', 'one', { expected: 0 });
      expect(await registry.write('ring', 'again', { expected: 0 })).toBeNull();
      await registry.write('ring', 'two', { expected: 1 });
      expect(await registry.write('ring', 'late', { expected: 1 })).toBeNull();
      expect(await registry.write('ring', 'far', { expected: 3 })).toBeNull();
      expect(await registry.read('ring')).toEqual({ version: 2, value: 'two' });
    });

    it('lets one of several equal writes win', async () => {
      const registry = await setupOne();
      const results = await Promise.all(
        [1, 2, 3].map((value) => registry.write('ring', value, { expected: 0 })),
      );
      expect(results.filter((version) => version === 1)).toHaveLength(1);
      expect(results.filter((version) => version === null)).toHaveLength(2);
    });

    it('verifies what stands, also where nothing does', async () => {
      const registry = await setupOne();
      expect(await registry.verify('ring')).toBeNull();
      await registry.write('ring', 'one', { expected: 0 });
      expect(await registry.verify('ring')).toEqual({ version: 1, value: 'one' });
    });

    it('refuses a guarded write once the guarding document has moved on', async () => {
      const registry = await setupOne();
      const guard = { name: 'term', version: 1 };
      expect(await registry.write('ring', 'no term', { expected: 0, guard: guard })).toBeNull();
      await registry.write('term', { term: 1, leader: 'a' }, { expected: 0 });
      expect(await registry.write('ring', 'one', { expected: 0, guard: guard })).toBe(1);
      await registry.write('term', { term: 2, leader: 'b' }, { expected: 1 });
      expect(await registry.write('ring', 'two', { expected: 1, guard: guard })).toBeNull();
      expect(await registry.write('ring', 'two', { expected: 1, guard: { name: 'term', version: 2 } })).toBe(
        2,
      );
      expect(await registry.read('ring')).toEqual({ version: 2, value: 'two' });
    });

    it('can guard a write by the absence of a document', async () => {
      const registry = await setupOne();
      const guard = { name: 'term', version: 0 };
      expect(await registry.write('ring', 'one', { expected: 0, guard: guard })).toBe(1);
      expect(await registry.read('term')).toBeNull();
      await registry.write('term', { term: 1, leader: 'a' }, { expected: 0 });
      expect(await registry.write('ring', 'two', { expected: 1, guard: guard })).toBeNull();
    });

    it('tells a watch the present document and each later one, until it is ended', async () => {
      const registry = await setupOne();
      await registry.write('ring', 'one', { expected: 0 });
      const kept: RegistryDocument[] = [];
      const ended: RegistryDocument[] = [];
      registry.watch('ring', (document) => kept.push(document));
      const end = registry.watch('ring', (document) => ended.push(document));
      await eventually('both are told', () => kept.length === 1 && ended.length === 1);
      end();
      await registry.write('ring', 'two', { expected: 1 });
      await eventually('the other one is told', () => kept.length === 2);
      expect(kept).toEqual([
        { version: 1, value: 'one' },
        { version: 2, value: 'two' },
      ]);
      expect(ended).toHaveLength(1);
    });

    it('tells a watch of a document that comes into being later', async () => {
      const registry = await setupOne();
      const told: RegistryDocument[] = [];
      registry.watch('ring', (document) => told.push(document));
      expect(await registry.read('ring')).toBeNull();
      await registry.write('ring', 'one', { expected: 0 });
      await eventually('it is told', () => told.length === 1);
      expect(told).toEqual([{ version: 1, value: 'one' }]);
    });

    it('keeps telling after a listener has thrown', async () => {
      const registry = await setupOne();
      const told: number[] = [];
      registry.watch('ring', ({ version }) => {
        told.push(version);
        throw new Error('a listener with a fault');
      });
      await registry.write('ring', 'one', { expected: 0 });
      await eventually('it was told', () => told.length === 1);
      await registry.write('ring', 'two', { expected: 1 });
      await eventually('it was told again', () => told.length === 2);
      expect(told).toEqual([1, 2]);
    });

    if (adapter.severalMembers) acrossMembers(setup);
  });
}

function acrossMembers(setup: (...names: string[]) => Promise<Contender[]>): void {
  it('shows a member at once what another one has written', async () => {
    const [a, b] = await setup('a', 'b');
    const told: RegistryDocument[] = [];
    b!.coordination.registry.watch('ring', (document) => told.push(document));
    await a!.coordination.registry.write('ring', 'one', { expected: 0 });
    expect(await b!.coordination.registry.read('ring')).toEqual({ version: 1, value: 'one' });
    await a!.coordination.registry.write('ring', 'two', { expected: 1 });
    expect(await b!.coordination.registry.verify('ring')).toEqual({ version: 2, value: 'two' });
    await eventually('the watch is told', () => told.at(-1)?.version === 2);
  });

  it('tells a watch after a reconnect what was written while the link was cut', async () => {
    const [a, b] = await setup('a', 'b');
    const told: RegistryDocument[] = [];
    b!.coordination.registry.watch('ring', (document) => told.push(document));
    await a!.coordination.registry.write('ring', 'one', { expected: 0 });
    await eventually('the first one is told', () => told.length === 1);
    b!.link.cut();
    await a!.coordination.registry.write('ring', 'two', { expected: 1 });
    await a!.coordination.registry.write('ring', 'three', { expected: 2 });
    b!.link.heal();
    await eventually('the last one is told', () => told.at(-1)?.version === 3);
    expect(told.map(({ version }) => version)).toEqual([1, 3]);
  });

  it('tells a watch of later versions also when the session has expired in between', async () => {
    const [a, b] = await setup('a', 'b');
    const told: RegistryDocument[] = [];
    b!.coordination.registry.watch('ring', (document) => told.push(document));
    await Promise.all([a!.coordination.membership.start(), b!.coordination.membership.start()]);
    const seesB = () => a!.coordination.membership.members().some(({ name }) => name === 'b');
    await eventually('both are seen', seesB);
    b!.link.stall();
    await eventually('the session has expired', () => !seesB());
    await a!.coordination.registry.write('ring', 'one', { expected: 0 });
    b!.link.heal();
    await eventually('it is told', () => told.length === 1);
    await a!.coordination.registry.write('ring', 'two', { expected: 1 });
    await eventually('it is told of the next one too', () => told.length === 2);
  });

  it('rejects instead of hanging while the link is stalled, and answers again when it heals', async () => {
    const [a] = await setup('a');
    const { registry, ping } = a!.coordination;
    await registry.write('ring', 'one', { expected: 0 });
    a!.link.stall();
    const unavailable = { code: 'coordination-unavailable', retryable: true };
    await Promise.all([
      expect(registry.read('ring')).rejects.toMatchObject(unavailable),
      expect(registry.verify('ring')).rejects.toMatchObject(unavailable),
      expect(registry.write('other', 'x', { expected: 0 })).rejects.toMatchObject(unavailable),
      expect(ping()).rejects.toMatchObject(unavailable),
    ]);
    await expect(registry.read('ring')).rejects.toMatchObject(unavailable);
    a!.link.heal();
    await reached(a!);
    expect(await registry.read('ring')).toEqual({ version: 1, value: 'one' });
  });
}
