import { describe, expect, it } from 'vitest';
import { claim, finish, start } from './life.js';
import { openWorld, target } from './world.js';

async function setup() {
  const world = await openWorld();
  await world.call('POST', '/v1/timers', { body: { id: 'tea', delay: '1h', target } });
  const cancel = (headers: Record<string, string> = {}) =>
    world.call('DELETE', '/v1/timers/tea', { headers });
  return { ...world, cancel };
}

describe('DELETE', () => {
  it('cancels: nothing is due any more', async () => {
    const { cancel, call } = await setup();
    const { status, headers, body } = await cancel();
    expect(status).toBe(200);
    expect(headers['etag']).toBe('"2"');
    expect(body).toMatchObject({ state: 'cancelled', generation: 2, nextDueAt: null, executions: [] });
    expect((await call('GET', '/v1/timers/tea')).body.state).toBe('cancelled');
  });

  it('cancels what is claimed and not started', async () => {
    const { cancel, call, ...place } = await setup();
    const { id } = await claim(place, 'tea');
    expect((await cancel()).body.executions).toEqual([]);
    expect((await call('GET', `/v1/executions/${id}`)).body.state).toBe('cancelled');
  });

  it('names the calls under way, also when it is repeated', async () => {
    const { cancel, ...place } = await setup();
    const { id } = await start(place, 'tea');
    const executions = [{ id, state: 'running' }];
    expect((await cancel()).body).toMatchObject({ state: 'cancelled', executions });
    expect((await cancel()).body).toMatchObject({ generation: 2, executions });
  });

  it('changes nothing of a timer that is completed', async () => {
    const { cancel, ...place } = await setup();
    await finish(place, 'tea');
    expect(await cancel()).toMatchObject({ status: 200, body: { state: 'completed', generation: 1 } });
  });

  it('is refused when If-Match names another generation', async () => {
    const { cancel, call } = await setup();
    expect(await cancel({ 'if-match': '"2"' })).toMatchObject({
      status: 412,
      body: { code: 'generation-mismatch' },
    });
    expect((await call('GET', '/v1/timers/tea')).body.state).toBe('active');
    expect((await cancel({ 'if-match': 'W/"1"' })).status).toBe(200);
  });

  it('is refused for a timer that is not there', async () => {
    const { call } = await setup();
    const answer = await call('DELETE', '/v1/timers/coffee');
    expect(answer).toMatchObject({ status: 404, body: { code: 'timer-not-found' } });
  });
});
