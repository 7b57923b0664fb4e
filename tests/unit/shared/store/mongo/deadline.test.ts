/** A wait that ends, whatever it waits for. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { within } from '../../../../../shared/store/mongo/deadline.js';

describe('a limited wait', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('answers as the work does', async () => {
    await expect(within(100, Promise.resolve('done'))).resolves.toBe('done');
    await expect(within(100, Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends as unavailable when the limit is reached, not before', async () => {
    const seen: unknown[] = [];
    within(100, new Promise(() => undefined)).catch((error: unknown) => seen.push(error));

    await vi.advanceTimersByTimeAsync(99);
    expect(seen).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen).toMatchObject([{ code: 'store-unavailable', retryable: true }]);
  });
});
