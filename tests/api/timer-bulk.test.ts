import { describe, expect, it } from 'vitest';
import type { BulkAnswer } from '../../services/api/schemas/bulk.js';
import { openWorld, target, type Answer } from './world.js';

/** Timers a, b, c under the tag `x`, due hour by hour, and d without it. */
async function setup() {
  const world = await openWorld();
  const { call, clock } = world;
  for (const [i, id] of ['a', 'b', 'c', 'd'].entries())
    await call('POST', '/v1/timers', {
      body: { id, at: `2030-01-01T0${i + 1}:00:00Z`, target, tags: id === 'd' ? [] : ['x'] },
    });
  await clock.advance(1_000);
  const bulk = async (action: string, body: object, headers = {}) => {
    const answer = await call('POST', `/v1/timers:${action}`, { body, headers });
    return { ...answer, told: answer.body as unknown as BulkAnswer };
  };
  const read = async (id: string): Promise<Answer['body']> => (await call('GET', `/v1/timers/${id}`)).body;
  const states = async () => (await Promise.all(['a', 'b', 'c', 'd'].map(read))).map(({ state }) => state);
  return { ...world, bulk, read, states };
}

const tagged = { filter: { tag: 'x' } };

describe('cancelling many', () => {
  it('by name gives each its result, and one that is refused spoils no other', async () => {
    const { bulk, states, call } = await setup();
    const timers = [{ id: 'a', ifMatch: '"7"' }, { id: 'b', ifMatch: '"1"' }, { id: 'nobody' }, { id: 'd' }];

    const { status, told } = await bulk('cancel', { timers, reason: 'sold out' });

    expect(status).toBe(200);
    expect(told.results).toMatchObject([
      { status: 412, id: 'a', error: { code: 'generation-mismatch' } },
      { status: 200, id: 'b', generation: 2 },
      { status: 404, id: 'nobody', error: { code: 'timer-not-found' } },
      { status: 200, id: 'd', generation: 2 },
    ]);
    expect(await states()).toEqual(['active', 'cancelled', 'active', 'cancelled']);
    const { body } = await call('GET', '/v1/timers/b/history');
    expect(body.data).toMatchObject([{ action: 'cancel', reason: 'sold out' }]);
  });

  it('by filter tells first what would be done, and does nothing', async () => {
    const { bulk, states } = await setup();

    const { told } = await bulk('cancel', { ...tagged, plan: true });

    expect(told.plan).toMatchObject({ matched: 3, exact: true, expiresAt: '2030-01-01T00:15:01.000Z' });
    expect(told.plan!.sample.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(await states()).toEqual(['active', 'active', 'active', 'active']);
  });

  it('does with its token what was planned, once', async () => {
    const { bulk, states } = await setup();
    const { token } = (await bulk('cancel', { ...tagged, plan: true })).told.plan!;

    const { told } = await bulk('cancel', { ...tagged, token });
    const again = await bulk('cancel', { ...tagged, token });

    expect(told.outcome).toEqual({ changed: 3, leftOut: 0, refused: 0, problems: [], token: null });
    expect(again.told.outcome).toMatchObject({ changed: 0 });
    expect(await states()).toEqual(['cancelled', 'cancelled', 'cancelled', 'active']);
  });

  it('leaves out what was changed or created after the plan, and says how many', async () => {
    const { bulk, states, call, clock } = await setup();
    const { token } = (await bulk('cancel', { ...tagged, plan: true })).told.plan!;
    await clock.advance(1_000);
    await call('PATCH', '/v1/timers/d', { body: { tags: ['x'] } });
    await call('PATCH', '/v1/timers/a', { body: { tags: [] } });
    await call('POST', '/v1/timers', { body: { id: 'e', at: '2030-02-01T00:00:00Z', target, tags: ['x'] } });

    const { told } = await bulk('cancel', { ...tagged, token });

    expect(told.outcome).toMatchObject({ changed: 2, leftOut: 2 });
    expect(await states()).toEqual(['active', 'cancelled', 'cancelled', 'active']);
  });

  it('takes watchdogs along that were touched since', async () => {
    const { bulk, call, clock, read } = await setup();
    await call('POST', '/v1/timers', { body: { id: 'dog', delay: '1h', target, tags: ['y'] } });
    const filter = { tag: 'y' };
    const { token } = (await bulk('cancel', { filter, plan: true })).told.plan!;
    await clock.advance(1_000);
    await call('POST', '/v1/timers/dog/touch');

    expect((await bulk('cancel', { filter, token })).told.outcome).toMatchObject({ changed: 1 });
    expect((await read('dog')).state).toBe('cancelled');
  });

  it('refuses a token for anything but what was planned, and one that is too old', async () => {
    const { bulk, clock, states } = await setup();
    const { token } = (await bulk('cancel', { ...tagged, plan: true })).told.plan!;
    const codes: string[] = [];
    const refuse = async (action: string, body: object, headers = {}) =>
      codes.push((await bulk(action, body, headers)).body.code);

    await refuse('cancel', { all: true, token });
    await refuse('reschedule', { ...tagged, by: '+PT1H', token });
    await refuse('cancel', { ...tagged, token }, { 'carillon-namespace': 'other' });
    await refuse('cancel', { ...tagged, token: `${token}x` });
    await refuse('cancel', { ...tagged, token: 'none' });
    await clock.advance(900_000);
    await refuse('cancel', { ...tagged, token });

    expect(new Set(codes)).toEqual(new Set(['plan-void']));
    expect(await states()).toEqual(['active', 'active', 'active', 'active']);
  });

  it('takes a token that another process of the API gave', async () => {
    const first = await setup();
    const second = await openWorld({ beside: first });
    const { token } = (await first.bulk('cancel', { ...tagged, plan: true })).told.plan!;

    const answer = await second.call('POST', '/v1/timers:cancel', { body: { ...tagged, token } });

    expect((answer.body as unknown as BulkAnswer).outcome).toMatchObject({ changed: 3 });
  });

  it.each([
    [{ filter: {}, plan: true }, '/filter'],
    [{ plan: true }, '/filter'],
    [{ ...tagged }, '/plan'],
    [{ ...tagged, all: true, plan: true }, '/filter'],
    [{ timers: [{ id: 'a' }], plan: true }, '/plan'],
    [{ timers: [{ id: 'a' }, { id: 'a' }] }, '/timers'],
    [{ timers: [] }, '/timers'],
    [{ filter: { state: 'cancelled' }, plan: true }, '/filter/state'],
    [{ filter: { dueBefore: 'soon' }, plan: true }, '/filter/dueBefore'],
  ])('refuses %j', async (body, pointer) => {
    const { bulk } = await setup();
    const { status, body: problem } = await bulk('cancel', body);
    expect([status, problem.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });

  it('of more than a bite goes on by the token of the answer', async () => {
    const { bulk, call } = await openAll(1_203);
    const all = { all: true };
    const { told } = await bulk({ ...all, plan: true });
    expect(told.plan).toMatchObject({ matched: 1_203, exact: true });

    const first = (await bulk({ ...all, token: told.plan!.token })).told.outcome!;
    const second = (await bulk({ ...all, token: first.token! })).told.outcome!;

    expect([first.changed, second.changed, second.token]).toEqual([1_000, 203, null]);
    expect((await call('GET', '/v1/timers?state=active')).body.data).toEqual([]);
  });
});

async function openAll(count: number) {
  const world = await openWorld();
  for (let from = 0; from < count; from += 1_000) {
    const size = Math.min(1_000, count - from);
    await world.call('POST', '/v1/timers:batch', {
      body: { timers: Array.from({ length: size }, () => ({ delay: '1h', target })) },
    });
  }
  const bulk = async (body: object) => {
    const answer = await world.call('POST', '/v1/timers:cancel', { body });
    return { ...answer, told: answer.body as unknown as BulkAnswer };
  };
  return { ...world, bulk };
}

describe('rescheduling many', () => {
  it('by a distance moves each by it, once', async () => {
    const { bulk, read } = await setup();
    const move = { ...tagged, by: '+PT10H' };
    const { token } = (await bulk('reschedule', { ...move, plan: true })).told.plan!;

    expect((await bulk('reschedule', { ...move, token })).told.outcome).toMatchObject({ changed: 3 });

    const due = await Promise.all(['a', 'b', 'd'].map(async (id) => (await read(id)).nextDueAt));
    expect(due).toEqual(['2030-01-01T11:00:00.000Z', '2030-01-01T12:00:00.000Z', '2030-01-01T04:00:00.000Z']);
  });

  it('to another time gives all the same, and keeps what else they are', async () => {
    const { bulk, read } = await setup();
    const to = { cron: '0 8 * * *', timezone: 'Europe/Berlin' };

    const { told } = await bulk('reschedule', { timers: [{ id: 'a' }], to });

    expect(told.results).toEqual([{ status: 200, id: 'a', generation: 2 }]);
    expect(await read('a')).toMatchObject({ ...to, tags: ['x'] });
  });

  it('moves an `every` by its anchor, and refuses to move a cron by a distance', async () => {
    const { bulk, call, read } = await setup();
    await call('POST', '/v1/timers', {
      body: { id: 'e', every: '1h', anchor: '2030-01-01T00:00:00Z', target },
    });
    await call('POST', '/v1/timers', { body: { id: 'c2', cron: '0 8 * * *', target } });

    const { told } = await bulk('reschedule', { timers: [{ id: 'e' }, { id: 'c2' }], by: '+PT15M' });

    expect(told.results).toMatchObject([{ status: 200 }, { status: 409, error: { code: 'not-shiftable' } }]);
    expect((await read('e')).nextDueAt).toBe('2030-01-01T00:15:00.000Z');
  });

  it('tells which could not be moved, and why', async () => {
    const { bulk } = await setup();
    const move = { ...tagged, by: '-PT2H' };
    const { token } = (await bulk('reschedule', { ...move, plan: true })).told.plan!;

    const { told } = await bulk('reschedule', { ...move, token });

    expect(told.outcome).toMatchObject({ changed: 2, refused: 1, problems: [{ id: 'a' }] });
  });

  it.each([
    [{}, '/by'],
    [{ to: { delay: '1h' }, by: '+PT1H' }, '/by'],
    [{ by: 'PT1H' }, '/by'],
    [{ by: '+soon' }, '/by'],
  ])('refuses %j', async (move, pointer) => {
    const { bulk } = await setup();
    const { status, body } = await bulk('reschedule', { timers: [{ id: 'a' }], ...move });
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });
});
