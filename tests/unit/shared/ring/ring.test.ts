import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asMembers,
  holdingsOf,
  losers,
  ownerAmong,
  ownerAt,
  supersededMs,
  withoutSuperseded,
  type Ring,
} from '../../../../shared/ring/ring.js';
import { shardCount } from '../../../../shared/timers/timer.js';
import { propertyRuns } from '../../../support/property-runs.js';

const shards = Array.from({ length: shardCount }, (_, shard) => shard);
const schedulers = (count: number) => Array.from({ length: count }, (_, i) => `scheduler-${i + 1}`);
const names = fc
  .uniqueArray(fc.stringMatching(/^[a-z0-9.-]{1,12}$/), { minLength: 1, maxLength: 9 })
  .map(asMembers);

/** Rings as leaders make them: instants never go back, each version's members are anybody. */
const rings: fc.Arbitrary<Ring> = fc
  .array(fc.record({ members: fc.subarray(schedulers(6), { minLength: 1 }), after: fc.nat(5_000) }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((versions) => {
    let effectiveFrom = 1_000_000;
    return versions.map(({ members, after }, i) => ({
      number: i + 1,
      members: asMembers(members),
      effectiveFrom: (effectiveFrom += after),
    }));
  });

describe('rendezvous hashing', () => {
  it('gives every member its share, roughly', () => {
    for (const count of [2, 3, 4, 6, 8]) {
      const owned = schedulers(count).map(
        (member) => shards.filter((shard) => ownerAmong(schedulers(count), shard) === member).length,
      );
      const share = shardCount / count;
      // Three standard deviations of a fair throw.
      const bound = 3 * Math.sqrt(share * (1 - 1 / count));
      for (const mine of owned) expect(Math.abs(mine - share)).toBeLessThanOrEqual(bound);
    }
  });

  it('moves only what a newcomer takes, and only what a leaver leaves', () => {
    fc.assert(
      fc.property(names, fc.stringMatching(/^[A-Z]{1,8}$/), (members, newcomer) => {
        const more = asMembers([...members, newcomer]);
        const moved = shards.filter((shard) => ownerAmong(members, shard) !== ownerAmong(more, shard));
        const taken = shards.filter((shard) => ownerAmong(more, shard) === newcomer);
        expect(moved).toEqual(taken);
      }),
      { numRuns: propertyRuns(200) },
    );
  });

  it('moves about one part in n when one of n comes or goes', () => {
    for (const count of [2, 4, 8]) {
      const moved = Array.from({ length: 100 }, (_, run) => {
        const members = schedulers(count).map((name) => `${name}.${run}`);
        const fewer = members.slice(1);
        return shards.filter((shard) => ownerAmong(members, shard) !== ownerAmong(fewer, shard)).length;
      });
      const mean = moved.reduce((sum, each) => sum + each) / moved.length / shardCount;
      expect(mean).toBeGreaterThan(0.85 / count);
      expect(mean).toBeLessThan(1.15 / count);
    }
  });

  it('does not depend on the order of the members', () => {
    const members = schedulers(5);
    for (const shard of shards)
      expect(ownerAmong([...members].reverse(), shard)).toBe(ownerAmong(members, shard));
  });

  it('has no owner where there is no member', () => {
    expect(ownerAmong([], 3)).toBeNull();
  });
});

describe('the ring', () => {
  const v1 = { number: 1, members: ['a', 'b'], effectiveFrom: 1_000 };
  const shardOf = (before: string, after: string, [old, fresh]: [string[], string[]]): number =>
    shards.find((shard) => ownerAmong(old, shard) === before && ownerAmong(fresh, shard) === after)!;

  it('gives each shard exactly one owner for each due instant', () => {
    fc.assert(
      fc.property(rings, fc.nat(40_000), (ring, after) => {
        const instant = 990_000 + after;
        const claimants = schedulers(6).flatMap((member) =>
          holdingsOf(ring, member)
            .filter(({ from, to }) => from <= instant && instant < to)
            .flatMap((holding) => holding.shards.map((shard) => ({ shard, member }))),
        );
        const expected = shards.map((shard) => ({ shard, member: ownerAt(ring, shard, instant) }));
        expect(claimants.sort((a, b) => a.shard - b.shard)).toEqual(expected);
      }),
      { numRuns: propertyRuns(100) },
    );
  });

  it('lets the highest-numbered version effective by a due instant hold, where the old owner lives on', () => {
    const v2 = { number: 2, members: ['a', 'b', 'c'], effectiveFrom: 5_000 };
    const v3 = { number: 3, members: ['a', 'b', 'c', 'd'], effectiveFrom: 5_000 };
    const shard = shardOf('a', 'c', [v1.members, v2.members]);
    expect(ownerAt([v1, v2], shard, 0)).toBe('a');
    expect(ownerAt([v1, v2], shard, 4_999)).toBe('a');
    expect(ownerAt([v1, v2], shard, 5_000)).toBe('c');
    const both = shards.find(
      (each) => ownerAmong(v2.members, each) === 'c' && ownerAmong(v3.members, each) === 'd',
    )!;
    expect(ownerAt([v1, v2, v3], both, 5_000)).toBe('d');
    expect(ownerAt([v1, v2, v3], both, 4_999)).toBe(ownerAmong(v1.members, both));
  });

  it('hands on at once, for all that is unclaimed, what belonged to a member that left', () => {
    const v2 = { number: 2, members: ['a', 'c'], effectiveFrom: 5_000 };
    for (const shard of shards.filter((each) => ownerAmong(v1.members, each) === 'b')) {
      const heir = ownerAmong(v2.members, shard);
      expect([0, 4_999, 5_000].map((instant) => ownerAt([v1, v2], shard, instant))).toEqual([
        heir,
        heir,
        heir,
      ]);
    }
  });

  it('makes nobody wait for a member that left two versions ago', () => {
    fc.assert(
      fc.property(rings, fc.nat(40_000), (ring, after) => {
        const living = ring.at(-1)!.members;
        for (const shard of shards) expect(living).toContain(ownerAt(ring, shard, 990_000 + after));
      }),
      { numRuns: propertyRuns(50) },
    );
  });

  it('is one interval for each member once it is settled', () => {
    expect(holdingsOf([v1], 'a')).toEqual([
      {
        shards: shards.filter((shard) => ownerAmong(v1.members, shard) === 'a'),
        from: -Infinity,
        to: Infinity,
      },
    ]);
    expect(holdingsOf([v1], 'stranger')).toEqual([]);
  });

  it('forgets a version a while after another one took its place', () => {
    const v2 = { number: 2, members: ['a', 'b', 'c'], effectiveFrom: 5_000 };
    const ring = [v1, v2];
    expect(withoutSuperseded(ring, 5_000 + supersededMs - 1)).toBe(ring);
    expect(withoutSuperseded(ring, 5_000 + supersededMs)).toEqual([v2]);
    expect(withoutSuperseded([v2], 1e12)).toEqual([v2]);
  });

  it('knows who loses shards and lives on: nobody when somebody only leaves', () => {
    const four = { number: 1, members: schedulers(4), effectiveFrom: 0 };
    const three = { number: 2, members: schedulers(3), effectiveFrom: 0 };
    expect(losers(four, three)).toEqual([]);
    expect(losers(three, four).sort()).toEqual(schedulers(3));
  });
});
