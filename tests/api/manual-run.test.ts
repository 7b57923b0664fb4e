import { describe, expect, it } from 'vitest';
import { shardOf } from '../../shared/timers/timer.js';
import { finish } from './life.js';
import { openWorld, target } from './world.js';

const now = Date.UTC(2030, 0, 1);
const topic = `nudge.${shardOf({ namespace: 'default', id: 'tea' })}`;

async function setup() {
  const world = await openWorld();
  await world.call('PUT', '/v1/timers/tea', { body: { delay: '1h', target } });
  const run = (body?: object, headers: Record<string, string> = {}) =>
    world.call('POST', '/v1/timers/tea/run', { body, headers });
  const read = async () => (await world.call('GET', '/v1/timers/tea')).body;
  return { ...world, run, read };
}

describe('run', () => {
  it('makes one execution beside the schedule, and tells the owner of the shard', async () => {
    const { run, read, call, published } = await setup();
    const before = await read();
    const { status, headers, body } = await run();
    expect(status).toBe(202);
    expect(headers['location']).toBe(`/v1/executions/${body.id}`);
    expect(headers).not.toHaveProperty('idempotency-replayed');
    expect(body).toMatchObject({ timerId: 'tea', trigger: 'manual', state: 'claimed', attempts: [] });
    expect((await call('GET', `/v1/executions/${body.id}`)).body).toEqual(body);
    expect(await read()).toEqual({ ...before, manualRuns: 1 });
    expect(published).toEqual([{ topic, payload: { dueAt: now, claimed: true } }]);
  });

  it('is another run each time without an id', async () => {
    const { run, read } = await setup();
    expect((await run()).body.id).not.toBe((await run({})).body.id);
    expect((await read()).manualRuns).toBe(2);
  });

  it.each([
    ['an Idempotency-Key', undefined, { 'idempotency-key': 'first' }],
    ['an id', { id: 'first' }, undefined],
    ['an id that no path could hold', { id: 'a/b?c' }, undefined],
  ])('is the same run again under %s, at once and after it has ended', async (_what, body, headers) => {
    const { run, read, ...place } = await setup();
    const answers = await Promise.all([run(body, headers), run(body, headers), run(body, headers)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    await finish(place, 'tea');
    const late = await run(body, headers);
    expect(late).toMatchObject({ status: 202, headers: { 'idempotency-replayed': 'true' } });
    expect(late.body.id).toBe(answers[0].body.id);
    expect((await read()).manualRuns).toBe(1);
  });

  it('takes the id from the header or from the body, but not two', async () => {
    const { run } = await setup();
    const { body } = await run({ id: 'first' });
    expect((await run(undefined, { 'idempotency-key': 'first' })).body.id).toBe(body.id);
    expect((await run({ id: 'first' }, { 'idempotency-key': 'second' })).body.errors).toMatchObject([
      { pointer: '/id' },
    ]);
  });

  it('runs a paused timer too, which stays paused', async () => {
    const { run, call } = await setup();
    await call('POST', '/v1/timers/tea/pause');
    expect((await run()).body).toMatchObject({ state: 'claimed', held: false });
    expect((await call('GET', '/v1/timers/tea')).body.state).toBe('paused');
  });

  it('is refused for a closed timer', async () => {
    const { run, call } = await setup();
    await call('DELETE', '/v1/timers/tea');
    expect(await run()).toMatchObject({ status: 409, body: { code: 'timer-closed' } });
    expect(await run({ id: 'first' })).toMatchObject({ status: 409, body: { code: 'timer-closed' } });
  });

  it('is refused for a timer that is not there, and for another generation', async () => {
    const { run, call } = await setup();
    for (const body of [{}, { id: 'first' }])
      expect(await call('POST', '/v1/timers/coffee/run', { body })).toMatchObject({ status: 404 });
    expect(await run({}, { 'if-match': '"2"' })).toMatchObject({ status: 412 });
    expect((await run({}, { 'if-match': '"1"' })).status).toBe(202);
  });
});
