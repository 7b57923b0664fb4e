/** What an outage leaves of a timer of every ten seconds, by its length, the policy and the window: docs/schedules.md has it as a table. */
import { describe, expect, it } from 'vitest';
import { catchUpSpacingMs } from '../../../../shared/timers/claim.js';
import type { MisfirePolicy } from '../../../../shared/timers/misfire.js';
import { setup } from './world.js';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

interface Row {
  down: number;
  policy: MisfirePolicy['policy'];
  windowMs: number;
  fired: number;
  skipped: number;
  records: number;
}

const rows: Row[] = [
  ...(['skip', 'latest', 'all'] as const).flatMap((policy) => [
    { down: minute, policy, windowMs: hour, fired: 6, skipped: 0, records: 0 },
    { down: hour, policy, windowMs: hour, fired: 360, skipped: 0, records: 0 },
  ]),
  { down: day, policy: 'skip', windowMs: hour, fired: 360, skipped: 8_280, records: 1 },
  { down: day, policy: 'latest', windowMs: hour, fired: 360, skipped: 8_280, records: 1 },
  { down: day, policy: 'all', windowMs: hour, fired: 1_000, skipped: 7_640, records: 1 },
  { down: minute, policy: 'skip', windowMs: second, fired: 0, skipped: 6, records: 1 },
  { down: minute, policy: 'latest', windowMs: second, fired: 1, skipped: 5, records: 1 },
  { down: minute, policy: 'all', windowMs: second, fired: 6, skipped: 0, records: 0 },
  { down: day, policy: 'skip', windowMs: second, fired: 0, skipped: 8_640, records: 1 },
  { down: day, policy: 'latest', windowMs: second, fired: 1, skipped: 8_639, records: 1 },
  { down: day, policy: 'all', windowMs: second, fired: 1_000, skipped: 7_640, records: 1 },
];

describe('an outage under a timer of every ten seconds', () => {
  it.each(rows)(
    'of $down ms, $policy, window $windowMs ms: $fired run, $skipped are left out in $records records',
    async ({ down, policy, windowMs, fired, skipped, records }) => {
      const { clock, createAs, service, published, store } = await setup();
      const anchor = clock.now();
      await createAs(
        {
          schedule: { kind: 'every', intervalMs: 10 * second, anchor },
          misfire: { policy, windowMs, max: 1_000 },
        },
        'it',
      );
      await clock.advance(down + 5 * second);
      const back = clock.now();
      await service.start();
      const catchUpMs = Math.max(0, fired - 1) * catchUpSpacingMs;
      await clock.advance(catchUpMs + 3 * second);

      const late = published.filter(({ execution }) => execution.scheduledFor < back);
      // Nobody starts anything in this world, so that it is published again after a while: once counts.
      expect(new Set(late.map(({ execution }) => execution.id)).size).toBe(fired);
      for (const { execution } of late)
        expect(execution.callAt).toBeLessThanOrEqual(back + catchUpMs + second);
      const page = { namespace: 'default', timerId: 'it', before: null, limit: 2_000 };
      const told = (await store.executions.list({ ...page, state: 'skipped' })).map(
        ({ covers }) => covers?.count ?? 1,
      );
      expect(told).toHaveLength(records);
      expect(told.reduce((sum, count) => sum + count, 0)).toBe(skipped);
    },
  );
});
