import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Forecast, hourMs, hourOf, spreadHours } from '../../../../shared/timers/forecast.js';
import { nextOccurrence } from '../../../../shared/timers/occurrences.js';
import { preview } from '../../../../shared/timers/preview.js';
import type { Schedule } from '../../../../shared/timers/schedule.js';
import { hostOf, type Timer } from '../../../../shared/timers/timer.js';
import { baseTime, makeDefinition, makeTimer } from '../../../support/factories.js';
import { propertyRuns } from '../../../support/property-runs.js';

const from = hourOf(baseTime) + 20 * 60_000;
const until = hourOf(baseTime) + 48 * hourMs;

const jitter = fc.option(fc.integer({ min: 1, max: 5_400_000 }), { nil: undefined });
const runs = fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined });
const schedules: fc.Arbitrary<Schedule> = fc.oneof(
  fc.integer({ min: 1, max: 60 * hourMs }).map((ms): Schedule => ({ kind: 'at', at: from + ms })),
  fc
    .record({ intervalMs: fc.integer({ min: 300_000, max: 6 * hourMs }), jitter, runs })
    .map(({ intervalMs, jitter: jitterMs, runs: maxRuns }): Schedule => ({
      ...{ kind: 'every', intervalMs, anchor: from - 12_345 },
      ...(jitterMs !== undefined && { jitterMs }),
      ...(maxRuns !== undefined && { maxRuns }),
    })),
  fc
    .record({ expression: fc.constantFrom('*/7 * * * *', '30 9 * * *', 'H * * * *', '0 0 * * MON'), jitter })
    .map(({ expression, jitter: jitterMs }): Schedule => ({
      ...{ kind: 'cron', expression, timezone: 'Europe/Berlin' },
      ...(jitterMs !== undefined && { jitterMs }),
    })),
);

/** Active, of that schedule, on one of two hosts, as it is after it was made. */
function timerOf(schedule: Schedule, i: number): Timer | null {
  const url = `https://host-${i % 2}.test/`;
  const plain = makeDefinition();
  const timer = makeTimer({ definition: { ...plain, schedule, target: { ...plain.target, url } }, runs: 0 });
  const next = nextOccurrence(schedule, from, timer);
  return next && { ...timer, next };
}

describe('a forecast', () => {
  it('is the sum of the previews of its timers', () => {
    fc.assert(
      fc.property(fc.array(schedules, { minLength: 1, maxLength: 6 }), (chosen) => {
        const timers = [...chosen, ...chosen].map(timerOf).filter((timer) => timer !== null);
        const forecast = new Forecast({ from, until });
        const expected = new Map<string, number>();
        for (const timer of timers) {
          forecast.add(timer);
          for (const { dueAt } of preview(timer.definition.schedule, { ...timer, from, count: 1_000 })) {
            const key = `${hostOf(timer.definition.target)} ${hourOf(dueAt!)}`;
            if (dueAt! < until) expected.set(key, (expected.get(key) ?? 0) + 1);
          }
        }
        const found = [...forecast.hosts()].flatMap(([host, hours]) =>
          [...hours].map(([hour, calls]): [string, number] => [`${host} ${hour}`, calls]),
        );
        expect(new Map(found)).toEqual(expected);
        expect(forecast.completeUntil).toBe(until);
      }),
      { numRuns: propertyRuns(60) },
    );
  });

  it('puts what is overdue into the first hour', () => {
    const schedule: Schedule = { kind: 'at', at: from - 5 * hourMs };
    const due = { scheduledFor: from - 5 * hourMs, dueAt: from - 5 * hourMs };
    const forecast = new Forecast({ from, until });
    forecast.add(makeTimer({ definition: makeDefinition({ schedule }), next: due }));
    expect([...forecast.hosts().values()].map((hours) => [...hours])).toEqual([[[hourOf(from), 1]]]);
  });

  it('counts a million timers of one schedule without walking each', () => {
    const timer = timerOf({ kind: 'every', intervalMs: 60_000, anchor: from }, 0)!;
    const forecast = new Forecast({ from, until });
    for (let i = 0; i < 1_000; i++) forecast.add(timer);
    expect(forecast.goesOn).toBe(true);
    expect(
      forecast
        .hosts()
        .get('host-0.test')!
        .get(hourOf(from) + hourMs),
    ).toBe(60_000);
  });

  it('says up to when nothing is missing where there is too much to walk', () => {
    const each = { kind: 'every', intervalMs: 100, anchor: from, jitterMs: 50 } as const;
    const forecast = new Forecast({ from, until });
    for (let i = 0; i < 3; i++) forecast.add(timerOf(each, 0)!);
    expect(forecast.goesOn).toBe(false);
    expect(forecast.completeUntil).toBeLessThan(until);
  });
});

describe('the spread that keeps within a limit', () => {
  const hours = (...calls: number[]) => new Map(calls.map((one, i) => [from + i * hourMs, one]));

  it.each([
    ['none where no hour has more', [10, 5, 10], 10, null],
    ['as long as the burst takes at that pace', [35, 0, 0, 0], 10, 4],
    ['longer where the next hours are full already', [20, 10, 10, 0], 10, 4],
  ])('is %s', (_what, calls, limit, expected) => {
    expect(spreadHours(hours(...calls), limit)).toBe(expected);
  });
});
