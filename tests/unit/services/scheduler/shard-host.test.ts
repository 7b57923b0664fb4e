import { describe, expect, it } from 'vitest';
import { schedulerMetrics } from '../../../../services/scheduler/metrics.js';
import type { RingView } from '../../../../services/scheduler/ring-view.js';
import { ShardHost } from '../../../../services/scheduler/shard-host.js';
import { ownerAmong, type Ring } from '../../../../shared/ring/ring.js';
import { Metrics } from '../../../../shared/telemetry/metrics.js';
import { ManualClock } from '../../../support/manual-clock.js';

/** What `a` has by a ring that can be replaced. */
function setup() {
  const clock = new ManualClock(1_000_000);
  let ring: Ring = [{ number: 1, members: ['a'], effectiveFrom: 0 }];
  const view = { ring: () => ring, version: () => ring.at(-1)!.number, onChange: () => undefined };
  const host = new ShardHost({
    view: view as unknown as RingView,
    name: 'a',
    clock,
    metrics: schedulerMetrics(new Metrics()),
    onTaken: () => undefined,
  });
  const share = (effectiveFrom: number) => {
    ring = [...ring, { number: 2, members: ['a', 'b'], effectiveFrom }];
  };
  return { host, clock, share };
}

const lost = Array.from({ length: 64 }, (_, shard) => shard).find(
  (shard) => ownerAmong(['a', 'b'], shard) === 'b',
)!;

describe('the shard host', () => {
  it('lets everything be claimed in one query while the ring is settled', () => {
    const { host } = setup();
    const [holding, ...others] = host.holdings();
    expect(others).toEqual([]);
    expect(host.claimable(holding!, 1_002_000)).toEqual({ shards: holding!.shards, before: 1_002_000 });
    expect(holding!.shards).toHaveLength(64);
  });

  it('remembers how far has been claimed, not how far has been looked', () => {
    const { host } = setup();
    const [holding] = host.holdings();
    host.claimable(holding!, 1_002_000);
    host.claimable(holding!, 1_001_000);
    host.due(holding!, 1_009_000);
    expect(host.position()).toBe(1_002_000);
  });

  it('lets nothing more be claimed by what was its own under an earlier ring', () => {
    const { host, share } = setup();
    const [before] = host.holdings();
    share(1_003_000);
    expect(host.claimable(before!, 1_004_000)).toBeNull();
    expect(host.position()).toBe(0);
  });

  it('claims what it loses up to the instant only, and is not past it', () => {
    const { host, share } = setup();
    share(1_003_000);
    const losing = host.holdings().find(({ shards }) => shards.includes(lost))!;
    expect(host.claimable(losing, 1_009_000)).toEqual({ shards: losing.shards, before: 1_003_000 });
    expect(host.position()).toBe(1_003_000);
    expect([host.owns(lost, 1_002_999), host.owns(lost, 1_003_000)]).toEqual([true, false]);
  });

  it('asks in one query again a while after the change', async () => {
    const { host, share, clock } = setup();
    share(1_003_000);
    expect(host.holdings()).toHaveLength(2);
    await clock.advance(70_000);
    expect(host.holdings()).toHaveLength(1);
    expect(host.shards()).not.toContain(lost);
  });
});
