import { describe, expect, it } from 'vitest';
import { chronicleDocument, type Chronicle } from '../../../../shared/cluster/chronicle.js';
import { setup } from './world.js';

describe('a pause of dispatch', () => {
  it('keeps the scheduler from claiming, until what it could claim is due after the pause', async () => {
    const { clock, settings, service, create, ids } = await setup();
    await service.start();
    await clock.advance(3_000);
    settings.announce(clock.now(), { dispatchPaused: true });
    settings.announce(clock.now() + 10_000, {});
    await create(3_000, 'within');
    await create(10_500, 'after');
    await clock.advance(7_900);
    expect(ids()).toEqual([]);
    await clock.advance(3_000);
    expect(ids().sort()).toEqual(['after', 'within']);
  });

  it('that has only been announced holds nothing up', async () => {
    const { clock, settings, service, create, ids } = await setup();
    await service.start();
    await clock.advance(3_000);
    settings.announce(clock.now() + 5_000, { dispatchPaused: true });
    await create(4_900, 'before');
    await clock.advance(4_900);
    expect(ids()).toEqual(['before']);
  });
});

describe('the look-ahead', () => {
  it('is as announced, from its instant on', async () => {
    const { clock, settings, service, create, read } = await setupReading();
    await service.start();
    await clock.advance(3_000);
    await create(8_000, 'far');
    settings.announce(clock.now() + 2_000, { lookAheadMs: 10_000 });
    await clock.advance(1_900);
    expect(await read('far')).toEqual([]);
    await clock.advance(1_200);
    expect(await read('far')).toMatchObject([{ state: 'claimed' }]);
  });
});

describe('the chronicle', () => {
  it('tells of the leader, of who is there, and of handovers', async () => {
    const { clock, service, store, elect } = await setup({ leads: false });
    await service.start();
    elect();
    await clock.advance(6_000);
    const { events } = (await store.documents.read(chronicleDocument))!.value as Chronicle;
    expect(events.map(({ kind }) => kind)).toEqual(['elected', 'handover-begun', 'handover-finished']);
    expect(events[0]).toMatchObject({ member: 'scheduler-1', term: 1 });
  });
});

async function setupReading() {
  const world = await setup();
  const read = (timerId: string) =>
    world.store.executions.list({ namespace: 'default', timerId, before: null, limit: 10 });
  return { ...world, read };
}
