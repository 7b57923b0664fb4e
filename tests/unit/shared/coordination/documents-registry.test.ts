import { describe, expect, it } from 'vitest';
import { DocumentsRegistry } from '../../../../shared/coordination/documents-registry.js';
import { MemoryDocuments } from '../../../../shared/coordination/single/memory-documents.js';
import { openInProcessQueue } from '../../../../shared/queue/in-process/in-process.js';
import type { DocumentStore } from '../../../../shared/store/store.js';
import { ManualClock, settlePromises } from '../../../support/manual-clock.js';

describe('the registry on documents of a store', () => {
  function setup(documents: DocumentStore = new MemoryDocuments()) {
    const clock = new ManualClock();
    const errors: unknown[] = [];
    const { bus } = openInProcessQueue();
    const open = (given = bus as typeof bus | null) =>
      new DocumentsRegistry({ documents, bus: given, clock, onError: (error) => errors.push(error) });
    return { documents, clock, bus, errors, open };
  }

  function watched(registry: DocumentsRegistry, name: string): number[] {
    const told: number[] = [];
    registry.watch(name, ({ version }) => told.push(version));
    return told;
  }

  it('tells another process of a write at once, over the bus', async () => {
    const { open } = setup();
    const [writer, reader] = [open(), open()];
    const told = watched(reader, 'ring');
    const other = watched(reader, 'settings');
    await settlePromises();
    await writer.write('ring', 'one', { expected: 0 });
    await settlePromises();
    expect(told).toEqual([1]);
    expect(other).toEqual([]);
    await Promise.all([writer.close(), reader.close()]);
  });

  it('tells it a second later without the bus', async () => {
    const { open, clock } = setup();
    const [writer, reader] = [open(null), open(null)];
    const told = watched(reader, 'ring');
    await settlePromises();
    await writer.write('ring', 'one', { expected: 0 });
    await settlePromises();
    expect(told).toEqual([]);
    await clock.advance(1_000);
    expect(told).toEqual([1]);
    await Promise.all([writer.close(), reader.close()]);
  });

  it('goes on without a bus that cannot be listened to', async () => {
    const { documents, clock, bus, errors } = setup();
    const deaf = { ...bus, subscribe: () => Promise.reject(new Error('away')), publish: () => undefined };
    const onError = (error: unknown) => errors.push(error);
    const registry = new DocumentsRegistry({ documents, bus: deaf, clock, onError });
    expect(await registry.write('ring', 'one', { expected: 0 })).toBe(1);
    await registry.close();
    expect(errors).toHaveLength(1);
  });

  it('rejects when the store gives no answer for as long as a call may take', async () => {
    const silent = { read: () => new Promise<never>(() => undefined), write: () => Promise.resolve(null) };
    const { open, clock } = setup(silent);
    const registry = open();
    const reading = expect(registry.read('ring')).rejects.toMatchObject({ code: 'coordination-unavailable' });
    await clock.advance(1_800);
    await reading;
  });
});
