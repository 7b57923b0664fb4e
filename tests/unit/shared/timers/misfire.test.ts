import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultMisfirePolicy,
  misfirePolicies,
  type MisfirePlan,
  type MisfirePolicy,
  planMisfires,
  type SkippedRun,
} from '../../../../shared/timers/misfire.js';
import { longestCount, type MissedSituation } from '../../../../shared/timers/missed.js';
import { nextOccurrence, occurrencesBetween } from '../../../../shared/timers/occurrences.js';
import type { Occurrence, Schedule, ScheduleOwner } from '../../../../shared/timers/schedule.js';
import { propertyRuns, propertyTimeoutMs } from '../../../support/property-runs.js';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const start = Date.UTC(2026, 5, 1);

const every = (intervalMs: number): Schedule => ({ kind: 'every', intervalMs, anchor: start });
const policy = (name: MisfirePolicy['policy'], more: Partial<MisfirePolicy> = {}): MisfirePolicy => ({
  ...defaultMisfirePolicy,
  policy: name,
  ...more,
});

/** A timer whose first occurrence after `start` is the next, and nobody looked until `now`. */
function outage(schedule: Schedule, now: number, owner: ScheduleOwner = { uid: 'a' }): MissedSituation {
  return { schedule, owner, next: nextOccurrence(schedule, start, owner)!, now };
}

const offsets = ({ claim }: MisfirePlan): number[] => claim.map(({ scheduledFor }) => scheduledFor - start);

describe('after an outage', () => {
  it('nothing changes where nothing is due', () => {
    const situation = outage(every(hour), start + hour - 1);
    expect(planMisfires(policy('skip'), situation)).toEqual({ claim: [], skipped: [], next: situation.next });
  });

  it.each(misfirePolicies)('%s runs late what is within the window', (name) => {
    const plan = planMisfires(policy(name), outage(every(10 * second), start + minute));
    expect(offsets(plan)).toEqual([10, 20, 30, 40, 50, 60].map((n) => n * second));
    expect(plan.skipped).toEqual([]);
    expect(plan.next?.scheduledFor).toBe(start + 70 * second);
  });

  it.each<[MisfirePolicy['policy'], number[], number]>([
    ['skip', [], 3],
    ['latest', [3], 2],
    ['all', [1, 2, 3], 0],
  ])('%s decides over what is beyond it', (name, run, skipped) => {
    const plan = planMisfires(policy(name), outage(every(day), start + 3 * day + 2 * hour));
    expect(offsets(plan)).toEqual(run.map((n) => n * day));
    const record = { from: start + day, to: start + skipped * day, count: skipped, reason: 'too-late' };
    expect(plan.skipped).toEqual(skipped === 0 ? [] : [record]);
    expect(plan.next?.scheduledFor).toBe(start + 4 * day);
  });

  it('a window of nothing lets the policy decide at once', () => {
    const situation = outage(every(10 * second), start + 65 * second);
    expect(offsets(planMisfires(policy('skip', { windowMs: 0 }), situation))).toEqual([]);
    expect(offsets(planMisfires(policy('latest', { windowMs: 0 }), situation))).toEqual([60 * second]);
  });

  it('latest adds nothing where a newer one runs anyway', () => {
    const plan = planMisfires(policy('latest'), outage(every(50 * minute), start + 105 * minute));
    expect(offsets(plan)).toEqual([50 * minute, 100 * minute]);
    const older = planMisfires(
      policy('latest', { windowMs: 30 * minute }),
      outage(every(50 * minute), start + 105 * minute),
    );
    expect(offsets(older)).toEqual([100 * minute]);
    expect(older.skipped).toHaveLength(1);
  });

  it('no more than max run, the newest ones, and the others are told of', () => {
    const plan = planMisfires(policy('all', { max: 2 }), outage(every(day), start + 5 * day));
    expect(offsets(plan)).toEqual([4 * day, 5 * day]);
    expect(plan.skipped).toEqual([{ from: start + day, to: start + 3 * day, count: 3, reason: 'over-max' }]);
  });

  it('max holds within the window too, which makes a second record', () => {
    const plan = planMisfires(policy('skip', { max: 2 }), outage(every(20 * minute), start + 2 * hour));
    expect(offsets(plan)).toEqual([100 * minute, 120 * minute]);
    expect(plan.skipped).toEqual([
      { from: start + 20 * minute, to: start + 40 * minute, count: 2, reason: 'too-late' },
      { from: start + 60 * minute, to: start + 80 * minute, count: 2, reason: 'over-max' },
    ]);
  });

  it('no more run than maxRuns still allows, and then the schedule is over', () => {
    const schedule = { ...every(day), maxRuns: 10 };
    const plan = planMisfires(policy('all'), outage(schedule, start + 5 * day, { runs: 8 }));
    expect(offsets(plan)).toEqual([4 * day, 5 * day]);
    expect(plan.next).toBeNull();
  });

  it('a single instant runs by latest however late, and is recorded by skip', () => {
    const once: Schedule = { kind: 'at', at: start + minute };
    const late = planMisfires(policy('latest'), outage(once, start + 90 * day));
    expect(late).toMatchObject({ claim: [{ scheduledFor: start + minute }], skipped: [], next: null });
    const left = planMisfires(policy('skip'), outage(once, start + 90 * day));
    const at = start + minute;
    expect(left).toEqual({
      claim: [],
      skipped: [{ from: at, to: at, count: 1, reason: 'too-late' }],
      next: null,
    });
  });

  it('lateness counts from where jitter has put an occurrence', () => {
    const schedule: Schedule = { ...every(day), jitterMs: day };
    const situation = outage(schedule, start + 2 * day, { uid: 'jittered' });
    const { scheduledFor, dueAt } = situation.next;
    expect(dueAt - scheduledFor).toBeGreaterThan(hour);
    const plan = planMisfires(policy('skip'), { ...situation, now: dueAt + hour });
    expect(plan.claim).toEqual([situation.next]);
    expect(planMisfires(policy('skip'), { ...situation, now: dueAt + hour + 1 }).claim).toEqual([]);
  });

  it('an occurrence that was promised is accounted for, even if the schedule no longer names it', () => {
    const promised = { scheduledFor: start + 7, dueAt: start + 9 };
    const plan = planMisfires(policy('all'), { ...outage(every(day), start + day), next: promised });
    expect(plan.claim).toEqual([promised, { scheduledFor: start + day, dueAt: start + day }]);
  });

  it('a second for a year makes one record, counted exactly', () => {
    const plan = planMisfires(
      policy('latest', { windowMs: 0 }),
      outage(every(second), start + 365 * day + 1),
    );
    expect(offsets(plan)).toEqual([365 * day]);
    const record = {
      from: start + second,
      to: start + 365 * day - second,
      count: 365 * 86_400 - 1,
      reason: 'too-late',
    };
    expect(plan.skipped).toEqual([record]);
  });
});

describe('any outage', () => {
  const schedules: fc.Arbitrary<Schedule> = fc.oneof(
    fc.integer({ min: 20, max: 3_000 }).map((n) => every(n * second)),
    fc
      .constantFrom('*/3 * * * *', '0,1,2,3 4 * * *', '0 9-17 * * MON-FRI', '*/20 0-2 * * * *')
      .map((expression): Schedule => ({ kind: 'cron', expression, timezone: 'Europe/Berlin' })),
    fc.integer({ min: 1, max: day }).map((n): Schedule => ({ kind: 'at', at: start + n })),
  );
  const jitter = fc.constantFrom(0, 0, minute, 3 * hour);
  const policies: fc.Arbitrary<MisfirePolicy> = fc.record({
    policy: fc.constantFrom(...misfirePolicies),
    windowMs: fc.integer({ min: 0, max: day }),
    max: fc.integer({ min: 1, max: 200 }),
  });

  /** All that is due, one by one, as misfire.ts's head says it. */
  function reference(
    { policy: name, windowMs, max }: MisfirePolicy,
    situation: MissedSituation,
  ): MisfirePlan {
    const { schedule, owner, next, now } = situation;
    const all = occurrencesBetween(
      schedule,
      { after: next.scheduledFor - 1, until: now, limit: 100_000 },
      owner,
    );
    const due = all.filter(({ dueAt }) => dueAt <= now);
    const inTime = due.filter(({ dueAt }) => now - dueAt <= windowMs);
    const wanted = name === 'all' ? due : name === 'latest' && inTime.length === 0 ? due.slice(-1) : inTime;
    const claim = wanted.slice(-max);
    const late = due.slice(0, due.length - wanted.length);
    const runs = (owner.runs ?? 0) + claim.length;
    return {
      claim,
      skipped: [...runOf(late, 'too-late'), ...runOf(wanted.slice(0, -max), 'over-max')],
      next: due.length === 0 ? next : nextOccurrence(schedule, due.at(-1)!.scheduledFor, { ...owner, runs }),
    };
  }

  function runOf(left: Occurrence[], reason: SkippedRun['reason']): SkippedRun[] {
    const [first, last] = [left[0], left.at(-1)];
    if (!first || !last) return [];
    return [{ from: first.scheduledFor, to: last.scheduledFor, count: left.length, reason }];
  }

  it(
    'is planned as one who looks at each occurrence would plan it',
    () => {
      const length = fc.integer({ min: 0, max: 2 * day });
      fc.assert(
        fc.property(schedules, jitter, policies, length, (kind, jitterMs, chosen, outageMs) => {
          const situation = outage({ ...kind, jitterMs }, start + outageMs);
          expect(planMisfires(chosen, situation)).toEqual(reference(chosen, situation));
        }),
        { numRuns: propertyRuns(300) },
      );
    },
    propertyTimeoutMs,
  );

  it('takes bounded work, however long it was and however dense the schedule: ten years of seconds', () => {
    const schedule: Schedule = { kind: 'cron', expression: '* * * * * *', timezone: 'UTC' };
    const plan = planMisfires(policy('all'), outage(schedule, start + 3_650 * day));
    expect(plan.claim).toHaveLength(1_000);
    expect(plan.claim.at(-1)?.scheduledFor).toBe(start + 3_650 * day);
    const to = start + 3_650 * day - 1_000 * second;
    expect(plan.skipped).toEqual([{ from: start + second, to, count: longestCount, reason: 'over-max' }]);
  });
});
