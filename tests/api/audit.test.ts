import { describe, expect, it } from 'vitest';
import type { ChangeAnswer } from '../../services/api/schemas/change.js';
import { openWorld, target } from './world.js';

/** Three changes of two timers, a second apart, and one in another namespace. */
async function setup() {
  const world = await openWorld();
  const { call, clock } = world;
  const step = async (method: string, path: string, sent: object = {}): Promise<void> => {
    await call(method, `/v1/timers${path}`, sent);
    await clock.advance(1_000);
  };
  for (const id of ['a', 'b']) await step('POST', '', { body: { id, delay: '1h', target } });
  await step('POST', '/a/pause', { body: { reason: 'why' } });
  await step('DELETE', '/a');
  await step('PUT', '/b', { body: { delay: '2h', target } });
  const elsewhere = { 'carillon-namespace': 'other' };
  await step('PUT', '/c', { body: { delay: '2h', target }, headers: elsewhere });
  await step('DELETE', '/c', { headers: elsewhere });
  const audit = async (query = '', headers = {}) => {
    const { status, body } = await call('GET', `/v1/audit${query}`, { headers });
    return { status, body, told: (body.data as unknown as ChangeAnswer[] | undefined)?.map(named) };
  };
  return { ...world, audit, elsewhere };
}

function named({ action, resourceId }: ChangeAnswer): string {
  return `${action} ${resourceId}`;
}

describe('the audit', () => {
  it('tells every change of the namespace, newest first, and of no other', async () => {
    const { audit, elsewhere } = await setup();
    expect((await audit()).told).toEqual(['put b', 'cancel a', 'pause a']);
    expect((await audit('', elsewhere)).told).toEqual(['cancel c']);
  });

  it.each([
    ['action=pause', ['pause a']],
    ['actor=anonymous', ['put b', 'cancel a', 'pause a']],
    ['actor=somebody', []],
    ['resource=timer', ['put b', 'cancel a', 'pause a']],
    ['resource=key', []],
    ['resource=timer&resourceId=a', ['cancel a', 'pause a']],
    ['resource=timer&resourceId=a&action=cancel&actor=anonymous', ['cancel a']],
    ['from=2030-01-01T00:00:03Z', ['put b', 'cancel a']],
    ['until=2030-01-01T00:00:03Z', ['pause a']],
    ['from=2030-01-01T00:00:03Z&until=2030-01-01T00:00:04Z&actor=anonymous', ['cancel a']],
  ])('is found by %s', async (query, told) => {
    const { audit } = await setup();
    expect((await audit(`?${query}`)).told).toEqual(told);
  });

  it('is paged by cursor', async () => {
    const { audit } = await setup();
    const first = await audit('?limit=2');
    const second = await audit(`?limit=2&cursor=${first.body.nextCursor!}`);
    expect([...first.told!, ...second.told!]).toEqual(['put b', 'cancel a', 'pause a']);
    expect(second.body.nextCursor).toBeNull();
  });

  it.each([
    ['actor=x&action=cancel', '/action'],
    ['resource=timer&actor=x', '/actor'],
    ['resourceId=a', '/resource'],
    ['resource=planet', '/resource'],
    ['from=yesterday', '/from'],
    ['until=2030-01-01', '/until'],
    ['cursor=abc', '/cursor'],
  ])('refuses %s, which it cannot answer', async (query, pointer) => {
    const { audit } = await setup();
    const { status, body } = await audit(`?${query}`);
    expect([status, body.code]).toEqual([400, 'invalid-request']);
    expect(body.errors).toMatchObject([{ pointer, in: 'query' }]);
  });
});
