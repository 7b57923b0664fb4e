import { describe, expect, it } from 'vitest';
import type { ClusterAnswer } from '../../services/api/schemas/cluster.js';
import { chronicleDocument, type Chronicle } from '../../shared/cluster/chronicle.js';
import type { ProcessReport } from '../../shared/store/processes.js';
import { openWorld } from './world.js';

async function setup() {
  const world = await openWorld();
  const { store, clock } = world;
  const register = async (name: string, report: ProcessReport, service = 'scheduler') => {
    const identity = { incarnation: `${name}~1`, name, service, host: 'here', pid: 7 };
    const row = { ...identity, counter: 0, gone: false, startedAt: clock.now() };
    await store.processes.register({ ...row, report: { toldAt: clock.now(), ...report } });
  };
  const ringOf = (...members: string[]) => ({
    versions: [{ number: 3, members, effectiveFrom: clock.now() - 60_000 }],
    phase: 'settled' as const,
  });
  const see = async () => (await world.call('GET', '/v1/cluster')).body as unknown as ClusterAnswer;
  return { ...world, register, ringOf, see };
}

describe('the cluster', () => {
  it('is empty where nobody has told of itself', async () => {
    const { see } = await setup();
    expect(await see()).toEqual({ leader: null, members: [], ring: null, events: [] });
  });

  it('shows every process as it told of itself last', async () => {
    const { register, see, clock } = await setup();
    const report = { position: clock.now(), ringVersion: 3, settingsVersion: 2, skewMs: -4 };
    await register('scheduler-1', {
      ...report,
      role: 'follower',
      rank: 90,
      adminUrl: 'http://10.0.0.1:9101',
    });
    await register('api-1', {}, 'api');
    await clock.advance(1_200);
    expect((await see()).members).toMatchObject([
      { name: 'api-1', service: 'api', role: 'api', rank: null, position: null, ringVersion: null },
      {
        id: 'scheduler-1~1',
        state: 'alive',
        role: 'follower',
        rank: 90,
        heartbeatAgeMs: 1_200,
        position: new Date(report.position).toISOString(),
        ringVersion: 3,
        settingsVersion: 2,
        clockSkewMs: -4,
        adminUrl: 'http://10.0.0.1:9101',
      },
    ]);
  });

  it('shows who is silent, and who was given up', async () => {
    const { register, see, clock, store } = await setup();
    await register('worker-1', {}, 'worker');
    await clock.advance(2_999);
    expect((await see()).members).toMatchObject([{ state: 'alive' }]);
    await clock.advance(1);
    expect((await see()).members).toMatchObject([{ state: 'silent' }]);
    await store.processes.declareGone('worker-1~1', 0);
    expect((await see()).members).toMatchObject([{ state: 'gone' }]);
  });

  it('is led by whoever says so in the highest term and still breathes', async () => {
    const { register, see, clock } = await setup();
    await register('scheduler-1', { role: 'leader', term: 4 });
    await register('scheduler-2', { role: 'leader', term: 5 });
    expect((await see()).leader).toEqual({ id: 'scheduler-2~1', name: 'scheduler-2', term: 5 });
    await clock.advance(3_000);
    expect((await see()).leader).toBeNull();
  });

  it('shows the ring as its leader tells it, every shard with one owner', async () => {
    const { register, see, ringOf } = await setup();
    const ring = { ...ringOf('scheduler-1', 'scheduler-2'), phase: 'resuming' as const };
    await register('scheduler-1', { role: 'leader', term: 1, ring });
    await register('scheduler-2', { role: 'follower', ring: ringOf('scheduler-2') });
    const shown = (await see()).ring!;
    expect(shown).toMatchObject({ version: 3, phase: 'resuming' });
    expect(shown.owners.map(({ member }) => member)).toEqual(['scheduler-1', 'scheduler-2']);
    const shards = shown.owners.flatMap((owner) => owner.shards).sort((a, b) => a - b);
    expect(shards).toEqual(Array.from({ length: 64 }, (_, shard) => shard));
  });

  it('shows the ring as others know it while nobody leads, without a phase', async () => {
    const { register, see, ringOf } = await setup();
    await register('scheduler-2', {
      role: 'candidate',
      ring: { ...ringOf('scheduler-2'), phase: 'following' },
    });
    expect(await see()).toMatchObject({ leader: null, ring: { version: 3, phase: null } });
  });

  it('tells what happened, newest first', async () => {
    const { see, store } = await setup();
    const chronicle: Chronicle = {
      present: [],
      events: [
        { at: 1_000, kind: 'elected', member: 'scheduler-1', term: 2 },
        { at: 2_000, kind: 'handover-begun', member: 'scheduler-1', ringVersion: 7 },
      ],
    };
    await store.documents.write(chronicleDocument, chronicle, { expected: 0 });
    expect((await see()).events).toEqual([
      { at: '1970-01-01T00:00:02.000Z', kind: 'handover-begun', member: 'scheduler-1', ringVersion: 7 },
      { at: '1970-01-01T00:00:01.000Z', kind: 'elected', member: 'scheduler-1', term: 2 },
    ]);
  });
});
