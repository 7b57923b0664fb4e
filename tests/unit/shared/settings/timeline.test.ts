import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  announce,
  commitMs,
  earliestInstant,
  isLeadEnough,
  isVoid,
  outlook,
  settingsAt,
  skewBoundMs,
  trimmed,
  type SettingsVersion,
  type Timeline,
} from '../../../../shared/settings/timeline.js';
import { propertyRuns } from '../../../support/property-runs.js';

const now = 1_000_000;
const leadMs = 15_000;

/** Version `number`, announced in good time unless told, whose settings are its number. */
function version(
  number: number,
  effectiveFrom: number,
  committedAt = effectiveFrom - leadMs,
): SettingsVersion<number> {
  return { number, effectiveFrom, leadMs, committedAt, settings: number };
}

const timelines: fc.Arbitrary<Timeline<number>> = fc
  .array(fc.record({ after: fc.integer({ min: -30_000, max: 60_000 }), notice: fc.nat(2 * leadMs) }), {
    maxLength: 8,
  })
  .map((rows) => rows.map(({ after, notice }, i) => version(i + 1, now + after, now + after - notice)));

describe('the lead of an announcement', () => {
  it('exceeds the freshness time and twice the skew: who does not know by then has stopped', () => {
    const freshnessMs = leadMs - 2 * skewBoundMs;
    expect(isLeadEnough({ leadMs, freshnessMs })).toBe(false);
    expect(isLeadEnough({ leadMs, freshnessMs: freshnessMs - 1 })).toBe(true);
  });

  it('is enforced, and the refusal names the earliest instant, which is then accepted', () => {
    const refused = announce([], { effectiveFrom: now + leadMs - 1, now, leadMs });
    expect(refused).toEqual({ accepted: false, earliest: earliestInstant({ now, leadMs }) });
    expect(announce([], { effectiveFrom: earliestInstant({ now, leadMs }), now, leadMs })).toEqual({
      accepted: true,
      number: 1,
    });
    expect(announce([], { effectiveFrom: earliestInstant({ now, leadMs }) - 1, now, leadMs })).toMatchObject({
      accepted: false,
    });
  });

  it('leaves a commit its time: what is accepted and committed within that is not void', () => {
    const effectiveFrom = earliestInstant({ now, leadMs });
    expect(isVoid(version(1, effectiveFrom, now + commitMs))).toBe(false);
    expect(isVoid(version(1, effectiveFrom, now + commitMs + 1))).toBe(true);
  });

  it('is numbered after the newest version, void ones included', () => {
    const timeline = [version(4, now + 60_000), version(7, now + 20_000, now + 19_000)];
    expect(announce(timeline, { effectiveFrom: now + 90_000, now, leadMs })).toEqual({
      accepted: true,
      number: 8,
    });
  });
});

describe('the settings of an instant', () => {
  it('are none before the first version holds', () => {
    expect(settingsAt([], now)).toBeNull();
    expect(settingsAt([version(1, now + 1)], now)).toBeNull();
  });

  it('change exactly at the announced instant', () => {
    const timeline = [version(1, now), version(2, now + 5_000)];
    expect(settingsAt(timeline, now + 4_999)!.number).toBe(1);
    expect(settingsAt(timeline, now + 5_000)!.number).toBe(2);
  });

  it('are never those of a void version', () => {
    const late = version(2, now + 5_000, now + 5_000 - leadMs + 1);
    expect(settingsAt([version(1, now), late], now + 9_000)!.number).toBe(1);
  });

  it('are the higher-numbered where a later announcement names an earlier instant', () => {
    const timeline = [version(1, now), version(2, now + 50_000), version(3, now + 20_000)];
    expect([now, now + 20_000, now + 50_000].map((instant) => settingsAt(timeline, instant)!.number)).toEqual(
      [1, 3, 3],
    );
  });

  it('are the same for whoever knows what was committed a lead ago, however much more others know', () => {
    fc.assert(
      fc.property(timelines, fc.integer({ min: -30_000, max: 60_000 }), (timeline, after) => {
        const instant = now + after;
        const old = timeline.filter(({ committedAt }) => committedAt <= instant - leadMs);
        expect(settingsAt(old, instant)).toEqual(settingsAt(timeline, instant));
      }),
      { numRuns: propertyRuns(500) },
    );
  });
});

describe('the outlook', () => {
  it('has each version in exactly one place', () => {
    fc.assert(
      fc.property(timelines, (timeline) => {
        const { current, future, past, void: voided } = outlook(timeline, now);
        const all = [...(current ? [current] : []), ...future, ...past, ...voided];
        expect(all.map(({ number }) => number).sort()).toEqual(timeline.map(({ number }) => number).sort());
      }),
      { numRuns: propertyRuns(200) },
    );
  });

  it('tells what comes, soonest first, what holds, what is over and what came too late', () => {
    const timeline = [
      version(1, now - 90_000),
      version(2, now - 10_000),
      version(3, now + 60_000),
      version(4, now + 30_000, now + 29_000),
      version(5, now + 50_000),
      version(6, now + 70_000),
    ];
    const { current, future, past, void: voided } = outlook(timeline, now);
    const numbers = (versions: Timeline<number>) => versions.map(({ number }) => number);
    expect(current!.number).toBe(2);
    expect(numbers(future)).toEqual([5, 6]);
    expect(numbers(past)).toEqual([3, 1]);
    expect(numbers(voided)).toEqual([4]);
  });
});

describe('a trimmed timeline', () => {
  it('gives the same settings from now on, and the next number', () => {
    fc.assert(
      fc.property(timelines, fc.nat(90_000), fc.nat(3), (timeline, after, keep) => {
        const less = trimmed(timeline, { now, keep });
        expect(settingsAt(less, now + after)).toEqual(settingsAt(timeline, now + after));
        const wish = { effectiveFrom: earliestInstant({ now, leadMs }), now, leadMs };
        expect(announce(less, wish)).toEqual(announce(timeline, wish));
      }),
      { numRuns: propertyRuns(300) },
    );
  });

  it('keeps the newest of what is spent', () => {
    const timeline = [1, 2, 3, 4, 5].map((number) => version(number, now - 100_000 + number));
    expect(trimmed(timeline, { now, keep: 2 }).map(({ number }) => number)).toEqual([3, 4, 5]);
    expect(trimmed(timeline, { now, keep: 0 }).map(({ number }) => number)).toEqual([5]);
  });
});
