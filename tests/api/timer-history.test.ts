import { describe, expect, it } from 'vitest';
import type { ChangeAnswer } from '../../services/api/schemas/change.js';
import { openWorld, target, type Answer } from './world.js';

const later = '2030-06-01T00:00:00.000Z';
const key = 'a-key-of-sixteen-characters';

async function setup(sent: object = { id: 'tea', at: later, target, tags: ['a'] }) {
  const world = await openWorld();
  const created = await world.call('POST', '/v1/timers', { body: sent });
  await world.clock.advance(1_000);
  const step = async (method: string, path: string, body?: object): Promise<Answer> => {
    const answer = await world.call(method, `/v1/timers/tea${path}`, { ...(body && { body }) });
    await world.clock.advance(1_000);
    return answer;
  };
  const history = async (query = '') => changesIn(await world.call('GET', `/v1/timers/tea/history${query}`));
  const restore = (generation: number, more: object = {}, headers: Record<string, string> = {}) =>
    world.call('POST', '/v1/timers/tea/restore', { body: { generation, ...more }, headers });
  return { ...world, created: created.body, step, history, restore };
}

function changesIn({ body }: Answer): ChangeAnswer[] {
  return body.data as unknown as ChangeAnswer[];
}

describe('the history of a timer', () => {
  it('tells each change, newest first: who, when, what, why', async () => {
    const { step, history } = await setup();
    await step('PATCH', '', { tags: ['b'], target: { method: 'PUT' } });
    await step('POST', '/pause', { reason: 'holidays' });
    await step('POST', '/resume');
    await step('POST', '/run');
    await step('DELETE', '');

    const told = await history();

    expect(told.map(({ action, generation }) => [action, generation])).toEqual([
      ['cancel', 5],
      ['run', 4],
      ['resume', 4],
      ['pause', 3],
      ['patch', 2],
    ]);
    expect(told.at(-1)).toEqual({
      id: expect.any(String) as string,
      at: '2030-01-01T00:00:01.000Z',
      actor: 'anonymous',
      action: 'patch',
      resource: 'timer',
      resourceId: 'tea',
      generation: 2,
      reason: null,
      changes: [
        { field: '/target/method', before: 'POST', after: 'PUT' },
        { field: '/tags', before: ['a'], after: ['b'] },
      ],
    });
    expect(told.at(-2)).toMatchObject({ reason: 'holidays' });
    expect(told.at(-2)!.changes).toContainEqual({ field: '/state', before: 'active', after: 'paused' });
  });

  it('tells how the timer began, and under which key', async () => {
    const { call } = await openWorld({ config: { apiKeys: [key] } });
    const headers = { authorization: `Bearer ${key}` };
    await call('POST', '/v1/timers', { body: { id: 'tea', at: later, target }, headers });
    await call('DELETE', '/v1/timers/tea', { headers });

    const { body } = await call('GET', '/v1/timers/tea/history', { headers });

    expect(body).toMatchObject({
      created: { at: '2030-01-01T00:00:00.000Z', actor: 'bootstrap-1' },
      data: [{ actor: 'bootstrap-1', action: 'cancel' }],
      nextCursor: null,
    });
    expect((await call('GET', '/v1/timers/tea', { headers })).body.createdBy).toBe('bootstrap-1');
  });

  it('is paged by cursor', async () => {
    const { step, history, call } = await setup();
    for (const tag of ['b', 'c', 'd']) await step('PATCH', '', { tags: [tag] });

    const first = await call('GET', '/v1/timers/tea/history?limit=2');
    const rest = await history(`?limit=2&cursor=${first.body.nextCursor!}`);

    expect([...changesIn(first), ...rest].map(({ generation }) => generation)).toEqual([4, 3, 2]);
  });

  it('says nothing of what changed nothing, nor of a touch', async () => {
    const { step, history } = await setup({ id: 'tea', delay: '1h', target });
    await step('PUT', '', { delay: '1h', target });
    await step('POST', '/resume');
    await step('POST', '/touch');

    expect(await history()).toEqual([]);
  });

  it('leaves long values out, and says so', async () => {
    const { step, history } = await setup();
    await step('PATCH', '', { target: { body: 'x'.repeat(2_000) } });

    expect((await history())[0]!.changes).toEqual([{ field: '/target/body', omitted: true }]);
  });

  it('is not there where the timer never was, and of another namespace', async () => {
    const { call } = await setup();
    expect((await call('GET', '/v1/timers/coffee/history')).status).toBe(404);
    const elsewhere = { headers: { 'carillon-namespace': 'other' } };
    expect((await call('GET', '/v1/timers/tea/history', elsewhere)).status).toBe(404);
  });

  it('goes on where a closed timer is replaced', async () => {
    const { step, history } = await setup();
    await step('DELETE', '');
    await step('PUT', '', { at: '2030-07-01T00:00:00Z', target });

    const told = await history();
    expect(told.map(({ action, generation }) => [action, generation])).toEqual([
      ['put', 3],
      ['cancel', 2],
    ]);
    expect(told[0]!.changes).toContainEqual({ field: '/state', before: 'cancelled', after: 'active' });
  });
});

describe('restoring a timer', () => {
  it('brings the version of that generation back, as a change', async () => {
    const { step, history, restore, created } = await setup();
    await step('PATCH', '', { tags: ['b'], target: { method: 'PUT' } });
    await step('PATCH', '', { metadata: { c: 'd' } });

    const { status, headers, body } = await restore(1, { reason: 'too early' });

    expect(status).toBe(200);
    expect(headers['etag']).toBe('"4"');
    expect(body).toEqual({ ...created, generation: 4, updatedAt: body.updatedAt });
    expect((await history())[0]).toMatchObject({ action: 'restore', generation: 4, reason: 'too early' });
  });

  it.each([
    [2, ['b']],
    [3, ['b']],
    [4, ['b']],
    [5, ['c']],
  ])('of generation %i finds what held then, also after a pause', async (generation, tags) => {
    const { step, restore } = await setup();
    await step('PATCH', '', { tags: ['b'] });
    await step('POST', '/pause');
    await step('POST', '/run');
    await step('POST', '/resume');
    await step('PATCH', '', { tags: ['c'] });
    await step('PATCH', '', { tags: ['d'] });

    expect((await restore(generation)).body.tags).toEqual(tags);
  });

  it('changes nothing where the version is the present one', async () => {
    const { step, restore, history } = await setup();
    await step('PATCH', '', { tags: ['b'] });

    const { status, body } = await restore(2);

    expect([status, body.generation]).toEqual([200, 2]);
    expect(await history()).toHaveLength(1);
  });

  it('lets a delay count from now', async () => {
    const { step, restore } = await setup({ id: 'tea', delay: '1h', target });
    await step('PATCH', '', { delay: '2h' });

    const { body } = await restore(1);

    expect(body).toMatchObject({ delay: 'PT1H', nextDueAt: '2030-01-01T01:00:02.000Z' });
  });

  it('keeps a paused timer paused', async () => {
    const { step, restore } = await setup();
    await step('PATCH', '', { tags: ['b'] });
    await step('POST', '/pause');

    expect((await restore(1)).body).toMatchObject({ state: 'paused', tags: ['a'] });
  });

  it('of a closed timer makes a new one in its place, even for the same instant', async () => {
    const { step, restore, call } = await setup();
    await step('DELETE', '');

    const { body } = await restore(1);

    expect(body).toMatchObject({ state: 'active', generation: 3, at: later, tags: ['a'] });
    expect((await call('GET', '/v1/timers/tea')).body).toEqual(body);
    expect((await restore(1)).body.generation).toBe(3);
  });

  it('reaches back to before the timer was replaced', async () => {
    const { step, restore } = await setup();
    await step('DELETE', '');
    await step('PUT', '', { at: '2030-07-01T00:00:00Z', target });

    expect((await restore(1)).body).toMatchObject({ at: later, tags: ['a'] });
  });

  it('refuses a version whose time has passed', async () => {
    const { step, restore, clock } = await setup({ id: 'tea', at: '2030-01-01T00:00:30Z', target });
    await step('PATCH', '', { at: later });
    await clock.advance(120_000);

    const { status, body } = await restore(1);

    expect([status, body.code]).toEqual([400, 'invalid-request']);
    expect(body.errors).toMatchObject([{ pointer: '/generation' }]);
    expect(body.detail).toContain('in the past');
  });

  it('refuses a generation that it has not, and says which it has', async () => {
    const { step, restore } = await setup();
    await step('PATCH', '', { tags: ['b'] });

    const { status, body } = await restore(3);
    expect([status, body.code]).toEqual([404, 'version-not-found']);
    expect(body.detail).toContain('1 to 2');
    expect((await restore(0)).status).toBe(400);
  });

  it('refuses where the timer was changed meanwhile', async () => {
    const { step, restore } = await setup();
    await step('PATCH', '', { tags: ['b'] });

    const { status, body } = await restore(1, {}, { 'if-match': '"1"' });
    expect([status, body.code]).toEqual([412, 'generation-mismatch']);
    expect((await restore(1, {}, { 'if-match': '"2"' })).status).toBe(200);
  });
});
