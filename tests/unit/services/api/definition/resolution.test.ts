import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeDefinition } from '../../../../../services/api/definition/description.js';
import {
  resolve,
  type Resolution,
  type ResolutionContext,
} from '../../../../../services/api/definition/resolution.js';
import type { TimerDefinition } from '../../../../../services/api/schemas/timer-request.js';
import { createTimer } from '../../../../../shared/timers/creation.js';
import { redefineTimer } from '../../../../../shared/timers/redefinition.js';
import { overlapPolicies } from '../../../../../shared/timers/overlap.js';
import { baseTime } from '../../../../support/factories.js';
import { propertyRuns } from '../../../../support/property-runs.js';

const target = { url: 'https://example.test/callback' };

function resolved(
  sent: TimerDefinition,
  context: ResolutionContext = { now: baseTime, id: 'tea' },
): Resolution {
  const resolution = resolve(sent, context);
  if (Array.isArray(resolution)) throw new Error(JSON.stringify([sent, resolution]));
  return resolution;
}

const digestOf = (sent: TimerDefinition, now = baseTime): string => resolved(sent, { now }).wish.digest;

describe('the digest of a definition', () => {
  const tea: TimerDefinition = { delay: '1h', target };

  it('is that of what was sent, not of the instant that a delay came to', () => {
    expect(digestOf(tea, baseTime + 5_000)).toBe(digestOf(tea));
  });

  it('is that of an interval without the anchor that the creation gave it', () => {
    const every: TimerDefinition = { every: '1m', target };
    expect(digestOf(every, baseTime + 5_000)).toBe(digestOf(every));
    expect(digestOf({ ...every, anchor: '2030-01-01T00:00:00Z' })).not.toBe(digestOf(every));
  });

  it.each<TimerDefinition>([
    {
      ...tea,
      misfire: { window: '1h', max: 1_000 },
      overlap: 'allowAll',
      exclusions: { dates: [] },
      jitter: 0,
    },
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
    { ...tea, misfire: { policy: 'all' } },
    { ...tea, overlap: 'skip' },
    { ...tea, maxRuns: 1 },
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
  const text = fc.string({ unit: fc.constantFrom('a', '"', '{', '}', '1', ' ', 'ü', '\\\\') });
  const at = fc.constantFrom('2031-05-01T00:00:00.001Z', '2031-05-01T02:00:00+02:00');
  const dst = fc.record(
    {
      gap: fc.constantFrom('skip' as const, 'shift' as const),
      fold: fc.constantFrom('first' as const, 'second' as const, 'both' as const),
    },
    { requiredKeys: [] },
  );
  const timezone = fc.constantFrom('Europe/Berlin', 'UTC', 'America/St_Johns');
  const optional = { requiredKeys: [] };
  const kind = fc.oneof(
    fc.record({ delay: fc.integer({ min: 1, max: 10 ** 9 }) }),
    fc.record({ at, timezone }, { requiredKeys: ['at'] }),
    fc.record(
      { every: fc.integer({ min: 1_000, max: 10 ** 9 }), anchor: at, timezone },
      { requiredKeys: ['every'] },
    ),
    fc.record(
      { localTime: fc.constantFrom('2031-10-26T02:30', '2031-07-01T09:00:00.5'), timezone, dst },
      { requiredKeys: ['localTime', 'timezone'] },
    ),
    fc.record(
      { cron: fc.constantFrom('*/7 * * * *', '@daily', '0 H 9 * * MON#2'), timezone, dst },
      { requiredKeys: ['cron'] },
    ),
    fc.record({ cron: fc.constant('CRON_TZ=Asia/Tokyo 0 9 L * *'), dst }, { requiredKeys: ['cron'] }),
  );
  const limits = fc.record(
    {
      startAt: fc.constant('2030-01-01T00:00:00Z'),
      endAt: fc.constant('2039-01-01T00:00:00+01:00'),
      maxRuns: fc.integer({ min: 1, max: 5 }),
      exclusions: fc.record(
        { dates: fc.constantFrom<string[]>([], ['2030-12-24']), crons: fc.constant(['* 4 * * *']) },
        optional,
      ),
      jitter: fc.constantFrom<string | number>('PT30S', 0, 999),
    },
    optional,
  );
  const policies = fc.record(
    {
      misfire: fc.record(
        {
          policy: fc.constantFrom('skip' as const, 'latest' as const, 'all' as const),
          window: fc.integer({ min: 1_000, max: 10 ** 9 }),
          max: fc.integer({ min: 1, max: 1_000 }),
        },
        optional,
      ),
      overlap: fc.constantFrom(...overlapPolicies),
    },
    optional,
  );
  const content = fc.record({
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
      optional,
    ),
    tags: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
    metadata: fc.dictionary(fc.constantFrom('x', 'y', 'z'), text),
  });
  const definition: fc.Arbitrary<TimerDefinition> = fc
    .tuple(kind, limits, policies, content)
    .map((parts) => Object.assign({}, ...parts) as TimerDefinition);

  it('gives the very same definition when it is sent again, however much later', () => {
    fc.assert(
      fc.property(definition, (sent) => {
        // Some exclude their own only occurrence, which is refused.
        fc.pre(!Array.isArray(resolve(sent, { now: baseTime, id: 'tea' })));
        const { wish } = resolved(sent);
        const key = { namespace: 'default', id: 'tea' };
        const timer = createTimer({
          ...key,
          uid: 'u',
          wish,
          idempotencyKey: null,
          now: baseTime,
          createdBy: 'tester',
        });
        const context = { now: baseTime + 60_000, id: 'tea', timer, keepsDelay: true };
        const again = resolved(describeDefinition(timer), context);
        expect(again).toMatchObject({ wish, repeats: true });
        const current = { timer, open: [], lastStartedFor: null };
        const { retire } = redefineTimer(current, again.wish, { now: baseTime, expireAt: baseTime });
        expect(retire).toBeNull();
      }),
      { numRuns: propertyRuns(500) },
    );
  });
});
