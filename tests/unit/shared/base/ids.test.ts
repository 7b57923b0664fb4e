import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchToken, hash32, incarnationId, uuidV7 } from '../../../../shared/base/ids.js';

describe('a UUID of version 7', () => {
  it('has the form, version and variant of RFC 9562', () => {
    expect(uuidV7(Date.UTC(2030, 0, 1))).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('carries its time of creation in its first 48 bits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (now) => {
        expect(parseInt(uuidV7(now).replaceAll('-', '').slice(0, 12), 16)).toBe(now);
      }),
    );
  });

  it('sorts by time of creation', () => {
    const times = fc.integer({ min: 0, max: 2 ** 48 - 2 });
    fc.assert(fc.property(times, (now) => uuidV7(now) < uuidV7(now + 1)));
  });

  it('differs within one millisecond', () => {
    const ids = Array.from({ length: 1_000 }, () => uuidV7(0));
    expect(new Set(ids).size).toBe(1_000);
  });
});

describe('an incarnation', () => {
  it('names its process and differs from life to life', () => {
    expect(incarnationId('worker-1')).toMatch(/^worker-1~[0-9a-f]{12}$/);
    expect(incarnationId('worker-1')).not.toBe(incarnationId('worker-1'));
  });
});

describe('a batch token', () => {
  it('is never the same twice', () => {
    expect(new Set(Array.from({ length: 1_000 }, batchToken)).size).toBe(1_000);
  });
});

describe('the hash', () => {
  // Shards are kept in the store: another function would lose every timer that is in it.
  it.each([
    ['', 2_166_202_364],
    ['default/a', 3_389_743_923],
    ['default/reminder-1', 895_664_250],
    ['ns/ünïcode-✓', 171_170_416],
  ])('of %j stays what it is', (text, hash) => {
    expect(hash32(text)).toBe(hash);
  });

  it('spreads similar ids over all shards evenly enough', () => {
    const counts = new Array<number>(64).fill(0);
    for (let i = 0; i < 64_000; i++) counts[hash32(`default/timer-${i}`) % 64]!++;
    expect(Math.min(...counts)).toBeGreaterThan(700);
    expect(Math.max(...counts)).toBeLessThan(1_300);
  });
});
