import { describe, expect, it } from 'vitest';
import { shardOf } from '../../shared/timers/timer.js';
import { claim, finish, start } from './life.js';
import { openWorld, target } from './world.js';

const topic = `nudge.${shardOf({ namespace: 'default', id: 'tea' })}`;

async function setup(sent: object = { every: '1m' }) {
  const world = await openWorld();
  await world.call('PUT', '/v1/timers/tea', { body: { ...sent, target } });
  const act = (action: string, body?: object, headers: Record<string, string> = {}) =>
    world.call('POST', `/v1/timers/tea/${action}`, { body, headers });
  const states = async () =>
    (await world.call('GET', '/v1/executions?timerId=tea')).body.data.map(({ state, reason }) => [
      state,
      reason,
    ]);
  return { ...world, act, states };
}

describe('pause', () => {
  it('may have a reason and an end, or neither', async () => {
    const { act } = await setup();
    expect(await act('pause')).toMatchObject({
      status: 200,
      body: {
        state: 'paused',
        generation: 2,
        pause: { reason: null, until: null, since: '2030-01-01T00:00:00.000Z' },
      },
    });
    expect((await act('pause', { reason: 'closed', until: '2030-01-02T00:00:00Z' })).body).toMatchObject({
      generation: 3,
      pause: { reason: 'closed', until: '2030-01-02T00:00:00.000Z' },
    });
    expect((await act('pause', { until: 'PT8H' })).body.pause).toMatchObject({
      reason: null,
      until: '2030-01-01T08:00:00.000Z',
      since: '2030-01-01T00:00:00.000Z',
    });
  });

  it('changes nothing with the reason and the end that it has', async () => {
    const { act } = await setup();
    const asked = { reason: 'closed', until: '2030-01-02T00:00:00Z' };
    const { body } = await act('pause', asked);
    expect(await act('pause', { ...asked, until: '2030-01-02T01:00:00+01:00' })).toMatchObject({
      status: 200,
      body,
    });
  });

  it.each([
    [{ until: '2029-01-01T00:00:00Z' }, '/until', /not ahead/],
    [{ until: 0 }, '/until', /not ahead/],
    [{ until: 'P36525D' }, '/until', /10 years/],
    [{ until: 'tomorrow' }, '/until', /duration/],
    [{ until: '2030-01-02T00:00:00' }, '/until', /offset/],
    [{ reason: '' }, '/reason', /1/],
    [{ why: 'x' }, '/why', /not a known field/],
  ])('is refused for %j, naming %s', async (sent, pointer, reason) => {
    const { act } = await setup();
    const { status, body } = await act('pause', sent);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ pointer, detail: expect.stringMatching(reason) as unknown }]);
  });

  it('records what was due and had not started as skipped', async () => {
    const { act, states, clock } = await setup();
    await clock.advance(60_000);
    await act('pause');
    expect(await states()).toEqual([['skipped', 'paused']]);
  });

  it('withdraws what was claimed for later', async () => {
    const { act, states, ...place } = await setup();
    await claim(place, 'tea');
    await act('pause');
    expect(await states()).toEqual([]);
  });

  it('holds what runs: it ends, and is not repeated meanwhile', async () => {
    const { act, call, ...place } = await setup({ delay: '1s' });
    await place.clock.advance(1_000);
    const { id } = await start(place, 'tea');
    await act('pause');
    expect((await call('GET', `/v1/executions/${id}`)).body).toMatchObject({ state: 'running', held: true });
  });
});

describe('resume', () => {
  it('goes on from now, and records what lay between as one', async () => {
    const { act, call, clock } = await setup();
    await act('pause', { until: 'P1D' });
    await clock.advance(600_000);
    expect((await act('resume')).body).toMatchObject({
      state: 'active',
      generation: 3,
      pause: null,
      nextDueAt: '2030-01-01T00:11:00.000Z',
      runs: 0,
    });
    const { data } = (await call('GET', '/v1/executions?timerId=tea&state=skipped')).body;
    expect(data).toMatchObject([
      {
        scheduledFor: '2030-01-01T00:01:00.000Z',
        reason: 'paused',
        skipped: { to: '2030-01-01T00:10:00.000Z', count: 10 },
      },
    ]);
    expect((await call('GET', '/v1/executions?timerId=tea&state=claimed')).body.data).toEqual([]);
  });

  it('changes nothing of an active timer', async () => {
    const { act } = await setup();
    expect(await act('resume')).toMatchObject({ status: 200, body: { generation: 1 } });
  });

  it('tells the owner of the shard where something is due soon', async () => {
    const { act, clock, published } = await setup();
    await act('pause');
    await clock.advance(58_000);
    await act('resume');
    expect(published).toEqual([{ topic, payload: { dueAt: Date.UTC(2030, 0, 1, 0, 1) } }]);
  });

  it('says nothing while it is paused, however soon it would have been due', async () => {
    const { act, published } = await setup({ every: '1s' });
    published.length = 0;
    await act('pause');
    expect(published).toEqual([]);
  });
});

describe.each(['pause', 'resume'])('%s', (action) => {
  it('is refused for a closed timer, cancelled or completed', async () => {
    const { act, call, ...place } = await setup({ delay: '1s' });
    await finish(place, 'tea');
    expect(await act(action)).toMatchObject({ status: 409, body: { code: 'timer-closed' } });
    await call('PUT', '/v1/timers/tea', { body: { delay: '1h', target } });
    await call('DELETE', '/v1/timers/tea');
    expect(await act(action)).toMatchObject({ status: 409, body: { code: 'timer-closed' } });
  });

  it('is refused for a timer that is not there, or of another generation', async () => {
    const { act, call } = await setup();
    expect(await call('POST', `/v1/timers/coffee/${action}`)).toMatchObject({
      status: 404,
      body: { code: 'timer-not-found' },
    });
    expect(await act(action, undefined, { 'if-match': '"7"' })).toMatchObject({
      status: 412,
      body: { code: 'generation-mismatch' },
    });
    expect((await act(action, undefined, { 'if-match': '"1"' })).status).toBe(200);
  });
});
