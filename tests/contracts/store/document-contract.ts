/** Contract of DocumentStore: small versioned documents under compare-and-set. */
import { describe, expect, it } from 'vitest';
import { useStore, type OpenStore } from './opened-store.js';

export function documentContract(open: OpenStore): void {
  const setup = () => useStore(open);

  describe('documents', () => {
    it('are absent until they are written', async () => {
      const store = await setup();

      expect(await store.documents.read('ring')).toBeNull();
    });

    it('are written version by version', async () => {
      const store = await setup();
      const value = { owners: { '0': 'scheduler-1' }, list: [1, null, 'x'] };

      expect(await store.documents.write('ring', { owners: {} }, { expected: 0 })).toBe(1);
      expect(await store.documents.write('ring', value, { expected: 1 })).toBe(2);

      expect(await store.documents.read('ring')).toMatchObject({ version: 2, value });
    });

    it("bear the store's own time of their last write", async () => {
      const store = await setup();
      const time = async () => (await store.processes.time()).time;
      const readAt = async () => (await store.documents.read('ring'))!.writtenAt;
      const bounds = [await time()];
      await store.documents.write('ring', 'a', { expected: 0 });
      bounds.push(await readAt(), await time());
      await store.documents.write('ring', { b: { c: 1 } }, { expected: 1 });
      bounds.push(await readAt(), await time());
      await store.documents.write('ring', {}, { expected: 2, guard: { name: 'term', version: 0 } });
      bounds.push(await readAt(), await time());

      expect(bounds).toEqual([...bounds].sort((a, b) => a - b));
      expect(await store.documents.read('ring')).toMatchObject({ version: 3, value: {} });
    });

    it.each([0, 1, 3])('refuse a write that expects version %i where it is 2', async (expected) => {
      const store = await setup();
      await store.documents.write('ring', 'a', { expected: 0 });
      await store.documents.write('ring', 'b', { expected: 1 });

      expect(await store.documents.write('ring', 'c', { expected: expected })).toBeNull();

      expect(await store.documents.read('ring')).toMatchObject({ version: 2, value: 'b' });
    });

    it('refuse a write that expects a version where there is none', async () => {
      const store = await setup();

      expect(await store.documents.write('ring', 'a', { expected: 1 })).toBeNull();

      expect(await store.documents.read('ring')).toBeNull();
    });

    it('are written by one of many who expect the same version', async () => {
      const store = await setup();
      const values = Array.from({ length: 8 }, (_, i) => i);

      const answers = await Promise.all(
        values.map((value) => store.documents.write('term', value, { expected: 0 })),
      );

      const winners = values.filter((_, i) => answers[i] === 1);
      expect(winners).toHaveLength(1);
      expect(answers.filter((answer) => answer === null)).toHaveLength(7);
      expect(await store.documents.read('term')).toMatchObject({ version: 1, value: winners[0] });
    });

    it('are written while their guard has the version it names', async () => {
      const store = await setup();
      await store.documents.write('term', 7, { expected: 0 });

      expect(
        await store.documents.write('ring', 'a', { expected: 0, guard: { name: 'term', version: 1 } }),
      ).toBe(1);
    });

    it.each([0, 2])('are not written when the guard is not at version %i', async (version) => {
      const store = await setup();
      await store.documents.write('term', 7, { expected: 0 });

      expect(
        await store.documents.write('ring', 'a', { expected: 0, guard: { name: 'term', version } }),
      ).toBeNull();

      expect(await store.documents.read('ring')).toBeNull();
    });

    it('are not written when a guard is missing', async () => {
      const store = await setup();

      expect(
        await store.documents.write('ring', 'a', { expected: 0, guard: { name: 'term', version: 1 } }),
      ).toBeNull();
    });

    it('are never written by two terms at once', async () => {
      const store = await setup();
      await store.documents.write('term', 1, { expected: 0 });

      const [ring, term] = await Promise.all([
        store.documents.write('ring', 'of term 1', { expected: 0, guard: { name: 'term', version: 1 } }),
        store.documents.write('term', 2, { expected: 1 }),
      ]);
      const late = await store.documents.write('ring', 'late', {
        expected: ring ?? 0,
        guard: { name: 'term', version: 1 },
      });

      expect(term).toBe(2);
      expect(late).toBeNull();
    });
  });
}
