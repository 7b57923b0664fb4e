/** What a scheduler does with the record of changes: it keeps the end of a pause, and removes what is too old. */
import { describe, expect, it } from 'vitest';
import { pauseTimer } from '../../../../shared/timers/pause.js';
import { recordOf } from '../../../../shared/timers/change-record.js';
import type { Timer } from '../../../../shared/timers/timer.js';
import { dayMs } from '../../../support/factories.js';
import { setup as world } from './world.js';

async function setup(options: Parameters<typeof world>[0] = {}) {
  const started = await world(options);
  const { clock, store, timers } = started;
  const timer = await started.create(365 * dayMs, 'tea');
  const pauseUntil = (until: number | null): Promise<void> =>
    timers.change(timer, (current) => {
      const instant = { now: clock.now(), expireAt: clock.now() + dayMs };
      const change = pauseTimer(current!, { reason: null, until }, instant);
      const cause = { actor: 'ann', action: 'pause', reason: null };
      const record = recordOf(current!, change, { ...cause, at: clock.now(), changes: [] });
      return { change, record, reply: undefined };
    });
  const kept = async ({ id: resourceId }: Timer = timer): Promise<string[]> => {
    const rows = await store.changes.list({ namespace: 'default', resourceId, before: null, limit: 10 });
    return rows.map(({ actor, action }) => `${actor}: ${action}`);
  };
  return { ...started, pauseUntil, kept };
}

describe('the record of changes', () => {
  it('tells of a pause that ended by itself', async () => {
    const { service, clock, pauseUntil, kept } = await setup();
    await pauseUntil(clock.now() + 5_000);
    await service.start();
    await clock.advance(10_000);
    expect(await kept()).toEqual(['carillon: resume', 'ann: pause']);
  });

  it('loses what is older than its retention, by the leader', async () => {
    const { service, clock, pauseUntil, kept } = await setup();
    await pauseUntil(null);
    await clock.advance(90 * dayMs - 15_000);
    await pauseUntil(null);
    await service.start();
    await clock.advance(11_000);
    expect(await kept()).toHaveLength(2);
    await clock.advance(10_000);
    expect(await kept()).toHaveLength(1);
  });

  it('is left alone by a scheduler that does not lead', async () => {
    const { service, clock, pauseUntil, kept } = await setup({ leads: false });
    await pauseUntil(null);
    await clock.advance(100 * dayMs);
    await service.start();
    await clock.advance(20_000);
    expect(await kept()).toHaveLength(1);
  });
});
