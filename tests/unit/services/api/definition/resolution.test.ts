import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeDefinition } from '../../../../../services/api/definition/description.js';
import { resolve, type Resolution } from '../../../../../services/api/definition/resolution.js';
import type { TimerDefinition } from '../../../../../services/api/schemas/timer-request.js';
import { createTimer } from '../../../../../shared/timers/creation.js';
import { redefineTimer } from '../../../../../shared/timers/redefinition.js';
import { baseTime } from '../../../../support/factories.js';

const target = { url: 'https://example.test/callback' };

function resolved(sent: TimerDefinition, now = baseTime): Resolution {
  const resolution = resolve(sent, { now });
  if (Array.isArray(resolution)) throw new Error(JSON.stringify(resolution));
  return resolution;
}

const digestOf = (sent: TimerDefinition, now = baseTime): string => resolved(sent, now).wish.digest;

describe('the digest of a definition', () => {
  const tea: TimerDefinition = { delay: '1h', target };

  it('is that of what was sent, not of the instant that a delay came to', () => {
    expect(digestOf(tea, baseTime + 5_000)).toBe(digestOf(tea));
  });

  it.each<TimerDefinition>([
    { ...tea, delay: 3_600_000 },
    { ...tea, target: { ...target, method: 'POST', timeout: '30s', headers: {}, body: null } },
    { ...tea, retries: { maxAttempts: 5, base: 1_000 }, tags: [], metadata: {} },
  ])('is the same for %j, which means the same', (same) => {
    expect(digestOf(same)).toBe(digestOf(tea));
  });

  it.each<TimerDefinition>([
    { ...tea, delay: '2h' },
    { at: '2030-01-01T01:00:00Z', target },
    { ...tea, target: { ...target, body: {} } },
    { ...tea, target: { ...target, headers: { a: '1' } } },
    { ...tea, retries: { maxAttempts: 4 } },
    { ...tea, tags: ['a'] },
    { ...tea, metadata: { a: '1' } },
  ])('differs for %j', (other) => {
    expect(digestOf(other)).not.toBe(digestOf(tea));
  });
});

describe('an instant', () => {
  it('may be past by a minute, and is told of beyond that', () => {
    expect(resolved({ at: '2029-12-31T23:59:00.000Z', target }).late).toEqual([]);
    expect(resolved({ at: '2029-12-31T23:58:59.999Z', target }).late).toMatchObject([{ pointer: '/at' }]);
  });

  it('may be ten years ahead', () => {
    expect(Array.isArray(resolve({ at: '2040-01-01T00:00:00Z', target }, { now: baseTime }))).toBe(false);
  });
});

describe('what a timer is described as', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', '{', '}', '1', ' ', 'ü', '\\') });
  const definition: fc.Arbitrary<TimerDefinition> = fc.record({
    delay: fc.integer({ min: 1, max: 10 ** 9 }),
    target: fc.record(
      {
        url: fc.constant(target.url),
        method: fc.constantFrom('POST' as const, 'PUT' as const),
        headers: fc.oneof(
          fc.constant({}),
          fc.constantFrom<Record<string, string>>(
            { 'Content-Type': 'application/json' },
            { 'content-type': 'text/plain; charset=utf-8', 'X-Own': 'yes' },
            { 'content-type': 'application/vnd.shop+json' },
          ),
        ),
        body: fc.oneof(
          fc.jsonValue(),
          text,
          text.map((inner) => `{"a":${JSON.stringify(inner)}}`),
          text.map((inner) => JSON.stringify(inner)),
        ),
        timeout: fc.integer({ min: 1, max: 900_000 }),
      },
      { requiredKeys: ['url'] },
    ),
    retries: fc.record(
      {
        maxAttempts: fc.integer({ min: 1, max: 100 }),
        maxAge: fc.option(fc.integer({ min: 1, max: 10 ** 9 })),
        base: fc.integer({ min: 0, max: 10 ** 6 }),
      },
      { requiredKeys: [] },
    ),
    tags: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
    metadata: fc.dictionary(fc.constantFrom('x', 'y', 'z'), text),
  });

  it('gives the very same definition when it is sent again', () => {
    fc.assert(
      fc.property(definition, (sent) => {
        const { wish } = resolved(sent);
        const key = { namespace: 'default', id: 'tea' };
        const timer = createTimer({ ...key, uid: 'u', wish, idempotencyKey: null, now: baseTime });
        const again = resolvedFor(timer, describeDefinition(timer)).wish;
        expect(again).toEqual(wish);
        const current = { timer, open: [], lastStartedFor: null };
        const { retire } = redefineTimer(current, again, { now: baseTime, expireAt: baseTime });
        expect(retire).toBeNull();
      }),
    );
  });
});
