import { describe, expect, it } from 'vitest';
import { Lease } from '../../../../../shared/coordination/zookeeper/lease.js';
import { ManualClock } from '../../../../support/manual-clock.js';

describe('the lease of a session', () => {
  function setup(sessionMs = 3_000) {
    const clock = new ManualClock();
    const lease = new Lease(sessionMs);
    return { clock, lease, holds: () => lease.holds(clock.monotonic()) };
  }

  it('does not hold before anything was confirmed', () => {
    const { clock, lease, holds } = setup();
    expect(holds()).toBe(false);
    expect(lease.lapsed(clock.monotonic())).toBe(false);
  });

  it('holds for two thirds of the session time, then has lapsed', async () => {
    const { clock, lease, holds } = setup();
    lease.renew(clock.monotonic());
    await clock.advance(1_999);
    expect(holds()).toBe(true);
    await clock.advance(1);
    expect(holds()).toBe(false);
    expect(lease.lapsed(clock.monotonic())).toBe(true);
  });

  it('counts from when the confirmed request was sent, not from when the answer came', async () => {
    const { clock, lease, holds } = setup();
    const sentAt = clock.monotonic();
    await clock.advance(1_500);
    lease.renew(sentAt);
    await clock.advance(500);
    expect(holds()).toBe(false);
  });

  it('is not shortened by an answer that comes late', async () => {
    const { clock, lease, holds } = setup();
    const early = clock.monotonic();
    await clock.advance(1_000);
    lease.renew(clock.monotonic());
    lease.renew(early);
    await clock.advance(1_500);
    expect(holds()).toBe(true);
  });

  it('goes by the session time that the server has granted', async () => {
    const { clock, lease, holds } = setup(3_000);
    lease.grant(6_000, clock.monotonic());
    expect(lease.probeMs).toBe(1_000);
    await clock.advance(3_999);
    expect(holds()).toBe(true);
    await clock.advance(1);
    expect(holds()).toBe(false);
  });

  it('does not hold after it was ended, until it is renewed', () => {
    const { clock, lease, holds } = setup();
    lease.renew(clock.monotonic());
    lease.end();
    expect(holds()).toBe(false);
    expect(lease.lapsed(clock.monotonic())).toBe(false);
    lease.renew(clock.monotonic());
    expect(holds()).toBe(true);
  });
});
