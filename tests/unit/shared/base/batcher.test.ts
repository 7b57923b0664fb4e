import { describe, expect, it } from 'vitest';
import { Batcher, type Pace } from '../../../../shared/base/batcher.js';
import { ManualClock, settlePromises } from '../../../support/manual-clock.js';

interface Batch {
  items: number[];
  finish(results?: string[]): void;
  fail(error: Error): void;
}

function setup({
  maxItems = 100,
  concurrency = 1,
  pace,
}: { maxItems?: number; concurrency?: number; pace?: Pace } = {}) {
  const batches: Batch[] = [];
  const sizes: number[] = [];
  const batcher = new Batcher<number, string>({
    maxItems,
    concurrency,
    ...(pace && { pace }),
    onBatch: (size) => sizes.push(size),
    run: (items) =>
      new Promise((resolve, reject) => {
        const finish = (results = items.map((item) => `result ${item}`)) => resolve(results);
        batches.push({ items, finish, fail: reject });
      }),
  });
  return { batcher, batches, sizes };
}

describe('a batcher', () => {
  it('makes one batch of what arrives together and answers each item its own result', async () => {
    const { batcher, batches, sizes } = setup();
    const results = Promise.all([batcher.add(1), batcher.add(2), batcher.add(3)]);
    await settlePromises();
    expect(batches.map(({ items }) => items)).toEqual([[1, 2, 3]]);
    batches[0]!.finish();
    expect(await results).toEqual(['result 1', 'result 2', 'result 3']);
    expect(sizes).toEqual([3]);
  });

  it('gathers what arrives while a batch is under way into the next', async () => {
    const { batcher, batches } = setup();
    void batcher.add(1);
    await settlePromises();
    void batcher.add(2);
    void batcher.add(3);
    await settlePromises();
    expect(batches).toHaveLength(1);
    expect(batcher.size).toBe(2);
    batches[0]!.finish();
    await settlePromises();
    expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3]]);
  });

  it('starts a lone item within a turn of the event loop', async () => {
    const { batcher, batches } = setup();
    void batcher.add(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(batches).toHaveLength(1);
  });

  describe('with a pace', () => {
    const paced = (maxItems = 100) => {
      const clock = new ManualClock();
      return { clock, ...setup({ maxItems, concurrency: 2, pace: { clock, restMs: 20 } }) };
    };
    const itemsOf = (batches: Batch[]) => batches.map(({ items }) => items);

    it('lets what comes soon after a batch has begun gather until the rest is over', async () => {
      const { batcher, batches, clock } = paced();
      void batcher.add(1);
      await settlePromises();
      void batcher.add(2);
      await clock.advance(10);
      void batcher.add(3);
      await clock.advance(9);
      expect(itemsOf(batches)).toEqual([[1]]);
      await clock.advance(1);
      await settlePromises();
      expect(itemsOf(batches)).toEqual([[1], [2, 3]]);
    });

    it('keeps nobody waiting who comes after a rest', async () => {
      const { batcher, batches, clock } = paced();
      void batcher.add(1);
      await settlePromises();
      await clock.advance(20);
      void batcher.add(2);
      await settlePromises();
      expect(itemsOf(batches)).toEqual([[1], [2]]);
    });

    it('does not rest when a batch is full', async () => {
      const { batcher, batches } = paced(2);
      void batcher.add(1);
      await settlePromises();
      void batcher.add(2);
      await settlePromises();
      expect(batches).toHaveLength(1);
      void batcher.add(3);
      await settlePromises();
      expect(itemsOf(batches)).toEqual([[1], [2, 3]]);
    });
  });

  it('never exceeds the largest batch', async () => {
    const { batcher, sizes, batches } = setup({ maxItems: 2 });
    for (let item = 0; item < 5; item++) void batcher.add(item);
    for (let batch = 0; batch < 3; batch++) {
      await settlePromises();
      batches[batch]!.finish();
    }
    expect(sizes).toEqual([2, 2, 1]);
  });

  it('has as many batches under way as it may, and no more', async () => {
    const { batcher, batches } = setup({ maxItems: 1, concurrency: 2 });
    for (let item = 0; item < 4; item++) void batcher.add(item);
    await settlePromises();
    expect(batches.map(({ items }) => items)).toEqual([[0], [1]]);
    batches[0]!.finish();
    await settlePromises();
    expect(batches).toHaveLength(3);
  });

  it('rejects the items of a failed batch alone', async () => {
    const { batcher, batches } = setup({ maxItems: 2 });
    const results = Promise.allSettled([batcher.add(1), batcher.add(2), batcher.add(3)]);
    await settlePromises();
    batches[0]!.fail(new Error('the store is away'));
    await settlePromises();
    batches[1]!.finish();
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  it('rejects a batch that answers too few results, rather than leave items waiting', async () => {
    const { batcher, batches } = setup();
    const result = batcher.add(1);
    await settlePromises();
    batches[0]!.finish([]);
    await expect(result).rejects.toThrow('a batch of 1 gave 0 results');
  });

  it('drains when nothing waits and nothing runs', async () => {
    const { batcher, batches } = setup({ maxItems: 1 });
    await batcher.drain();
    void batcher.add(1);
    void batcher.add(2);
    let drained = false;
    const draining = batcher.drain().then(() => (drained = true));
    await settlePromises();
    batches[0]!.finish();
    await settlePromises();
    expect(drained).toBe(false);
    batches[1]!.finish();
    await draining;
    expect(drained).toBe(true);
  });

  it('drains only when the last of several batches under way has ended', async () => {
    const { batcher, batches } = setup({ maxItems: 1, concurrency: 2 });
    void batcher.add(1);
    void batcher.add(2);
    await settlePromises();
    let drained = false;
    const draining = batcher.drain().then(() => (drained = true));
    batches[0]!.finish();
    await settlePromises();
    expect(drained).toBe(false);
    batches[1]!.finish();
    await draining;
  });

  it('drains after a failure too', async () => {
    const { batcher, batches } = setup();
    const failed = expect(batcher.add(1)).rejects.toThrow('broken');
    await settlePromises();
    const draining = batcher.drain();
    batches[0]!.fail(new Error('broken'));
    await failed;
    await expect(draining).resolves.toBeUndefined();
  });
});
