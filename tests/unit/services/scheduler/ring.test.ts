import { describe, expect, it } from 'vitest';
import { handoverLeadMs } from '../../../../shared/ring/handover.js';
import { ownerAmong, ownerAt } from '../../../../shared/ring/ring.js';
import { setupCluster, type Publication } from './cluster-world.js';
import { sessionMs } from './fake-coordination.js';

/** Each timer's first publication. */
function firstOf(published: readonly Publication[]): Map<string, Publication> {
  const first = new Map<string, Publication>();
  for (const publication of published) {
    const id = publication.message.execution.timerId;
    if (!first.has(id)) first.set(id, publication);
  }
  return first;
}

/** The world with these schedulers, their ring settled. */
async function setup(names: string[], shape: 'leader' | 'shared' = 'shared') {
  const world = await setupCluster();
  const schedulers = [];
  for (const name of names) {
    schedulers.push(await world.start(name, shape));
    await world.clock.advance(100);
  }
  await world.clock.advance(15_000);
  const latest = async () => (await world.ring()).at(-1)!;
  const lateness = (): number[] =>
    [...firstOf(world.published).values()].map(({ at, message }) => at - message.execution.callAt);
  return { ...world, schedulers, latest, lateness, first: () => firstOf(world.published) };
}

describe('schedulers that share a ring', () => {
  it('all work, each on its own shards, and nothing is published twice', async () => {
    const { createMany, clock, published, latest, first } = await setup(['s1', 's2', 's3', 's4']);
    expect((await latest()).members).toEqual(['s1', 's2', 's3', 's4']);
    const timers = await createMany(200, { inMs: 3_000, everyMs: 5 });
    await clock.advance(5_000);
    expect(published).toHaveLength(200);
    const { members } = await latest();
    for (const timer of timers) expect(first().get(timer.id)!.by).toBe(ownerAmong(members, timer.shard));
  });

  it('leave the work to the leader in the classic shape', async () => {
    const { createMany, clock, published, latest } = await setup(['s1', 's2', 's3'], 'leader');
    expect((await latest()).members).toEqual(['s1']);
    await createMany(50, { inMs: 3_000, everyMs: 5 });
    await clock.advance(5_000);
    expect(published.map(({ by }) => by)).toEqual(Array.from({ length: 50 }, () => 's1'));
  });

  it('hand shards to a newcomer by due time: none late, none twice, each by its owner of that instant', async () => {
    const { createMany, clock, published, ring, start, first, lateness } = await setup(['s1', 's2']);
    const timers = await createMany(600, { inMs: 2_500, everyMs: 20 });
    await clock.advance(1_000);
    await start('s3');
    await clock.advance(15_000);
    const now = await ring();
    expect(now.at(-1)!.members).toEqual(['s1', 's2', 's3']);
    expect(published).toHaveLength(600);
    expect(Math.max(...lateness())).toBe(0);
    const owners = timers.map((timer) => ownerAt(now, timer.shard, timer.next!.dueAt));
    expect(timers.map((timer) => first().get(timer.id)!.by)).toEqual(owners);
    expect(new Set(published.map(({ by }) => by))).toEqual(new Set(['s1', 's2', 's3']));
  });

  it('lose nothing when one is killed, and are late only with what it held', async () => {
    const { createMany, clock, coordination, latest, first, lateness } = await setup(['s1', 's2', 's3']);
    await createMany(600, { inMs: 2_500, everyMs: 20 });
    await clock.advance(5_000);
    await coordination.kill('s2');
    await clock.advance(20_000);
    expect((await latest()).members).toEqual(['s1', 's3']);
    expect(first().size).toBe(600);
    // The lease of 3 s, the readings that prove it over, and the rescue's second.
    expect(Math.max(...lateness())).toBeLessThanOrEqual(5_500);
  });

  it('lose nothing when the leader is killed in the middle of a handover', async () => {
    const { createMany, clock, coordination, start, latest, first, term } = await setup(['s1', 's2', 's3']);
    const before = await term();
    await createMany(600, { inMs: 2_500, everyMs: 20 });
    await clock.advance(5_000);
    await start('s4');
    await clock.advance(20);
    await coordination.kill('s1');
    await clock.advance(25_000);
    expect(await term()).toBe(before + 1);
    expect((await latest()).members).toEqual(['s2', 's3', 's4']);
    expect(first().size).toBe(600);
  });

  it('take over at once from one that stops, and nothing is late', async () => {
    const { createMany, clock, schedulers, latest, first, lateness, published } = await setup([
      's1',
      's2',
      's3',
    ]);
    await createMany(600, { inMs: 2_500, everyMs: 20 });
    await clock.advance(4_000);
    await schedulers[0]!.stop();
    await clock.advance(15_000);
    expect((await latest()).members).toEqual(['s2', 's3']);
    expect(first().size).toBe(600);
    expect(published).toHaveLength(600);
    expect(Math.max(...lateness())).toBe(0);
  });

  it('do without one that is cut off from the registry, which takes no new work after the freshness time', async () => {
    const { createMany, clock, coordination, published, latest } = await setup(['s1', 's2']);
    await coordination.cut('s2');
    await clock.advance(10_000);
    expect((await latest()).members).toEqual(['s1']);
    await createMany(100, { inMs: 3_000, everyMs: 10 });
    await clock.advance(6_000);
    expect(published).toHaveLength(100);
    expect(new Set(published.map(({ by }) => by))).toEqual(new Set(['s1']));
  });

  it('drop what they held when they thaw after others took over, and double nothing that was started', async () => {
    const { createMany, clock, coordination, schedulers, first, store, published } = await setup([
      's1',
      's2',
    ]);
    await createMany(200, { inMs: 2_500, everyMs: 20 });
    await clock.advance(2_600);
    const frozen = schedulers[1]!;
    await coordination.kill('s2');
    await clock.advance(10_000);
    expect(first().size).toBe(200);
    const before = published.length;
    frozen.node.clock.thaw();
    await clock.advance(3_000);
    expect(published.slice(before).filter(({ message }) => message.execution.claim > 1)).toEqual([]);
    const executions = await store.executions.list({ namespace: 'default', before: null, limit: 1_000 });
    expect(executions).toHaveLength(200);
  });

  it('lose nothing when the shape changes from one to the other and back, with timers pending', async () => {
    const { createMany, clock, start, schedulers, latest, first } = await setup(['s1', 's2'], 'leader');
    await createMany(1_500, { inMs: 2_500, everyMs: 20 });
    await clock.advance(1_000);
    for (const scheduler of schedulers) await scheduler.stop();
    await start('s1', 'shared');
    await start('s2', 'shared');
    await clock.advance(8_000);
    expect((await latest()).members).toEqual(['s1', 's2']);
    await start('s0', 'leader');
    await clock.advance(40_000);
    expect(first().size).toBe(1_500);
  });

  it('answer a nudge only as the owner of its instant', async () => {
    const { clock, latest, createMany, nudge, published } = await setup(['s1', 's2']);
    await clock.advance(150);
    const [timer] = await createMany(1, { inMs: 10, everyMs: 0 });
    nudge(timer!.shard, timer!.next!.dueAt);
    await clock.advance(20);
    expect(published.map(({ by }) => by)).toEqual([ownerAmong((await latest()).members, timer!.shard)]);
  });

  it('settle within a session and a handover of the last change', async () => {
    const { clock, coordination, ring } = await setup(['s1', 's2', 's3', 's4']);
    const killed = clock.now();
    await coordination.kill('s4');
    await coordination.kill('s3');
    await clock.advance(1_000);
    const versions = await ring();
    expect(versions.at(-1)!.members).toEqual(['s1', 's2']);
    expect(versions.at(-1)!.effectiveFrom - killed).toBeLessThanOrEqual(
      2 * sessionMs + handoverLeadMs + 1_000,
    );
  });
});
