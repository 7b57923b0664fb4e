import { describe, expect, it } from 'vitest';
import { shardOf } from '../../shared/timers/timer.js';
import { openWorld as setup, target } from './world.js';

const now = Date.UTC(2030, 0, 1);
const topicOf = (id: string) => `nudge.${shardOf({ namespace: 'default', id })}`;

describe('the nudge to the owner of a shard', () => {
  it('follows a create that is due soon', async () => {
    const { call, published } = await setup();
    await call('POST', '/v1/timers', { body: { id: 'tea', delay: 300, target } });
    expect(published).toEqual([{ topic: topicOf('tea'), payload: { dueAt: now + 300 } }]);
  });

  it('is not sent for what the next look finds in time', async () => {
    const { call, published } = await setup();
    await call('POST', '/v1/timers', { body: { id: 'tea', delay: '1m', target } });
    expect(published).toEqual([]);
  });

  it('is not sent for what was not written', async () => {
    const { call, published, outage } = await setup();
    outage.away = true;
    await call('POST', '/v1/timers', { body: { id: 'tea', delay: 300, target } });
    outage.away = false;
    await call('POST', '/v1/timers', { body: { id: 'tea', delay: '1h', target } });
    await call('POST', '/v1/timers', { body: { id: 'tea', delay: 300, target } });
    expect(published).toEqual([]);
  });

  it('is sent once for each shard of a batch, with the soonest instant', async () => {
    const { call, published } = await setup();
    const timers = Array.from({ length: 300 }, (_, i) => ({ id: `t${i}`, delay: 1_000 - i, target }));
    await call('POST', '/v1/timers:batch', { body: { timers } });
    const soonest = new Map<string, number>();
    for (const { id, delay } of timers)
      soonest.set(topicOf(id), Math.min(now + delay, soonest.get(topicOf(id)) ?? Infinity));
    expect(new Map(published.map(({ topic, payload }) => [topic, payload]))).toEqual(
      new Map([...soonest].map(([topic, dueAt]) => [topic, { dueAt }])),
    );
    expect(published).toHaveLength(soonest.size);
  });

  it('follows a change to an instant that is soon', async () => {
    const { call, published } = await setup();
    await call('POST', '/v1/timers', { body: { id: 'tea', delay: '1h', target } });
    await call('PUT', '/v1/timers/tea', { body: { delay: 500, target } });
    await call('PATCH', '/v1/timers/tea', { body: { delay: 700 } });
    expect(published.map(({ payload }) => payload)).toEqual([{ dueAt: now + 500 }, { dueAt: now + 700 }]);
  });

  it('does not follow a cancel', async () => {
    const { call, published } = await setup();
    await call('POST', '/v1/timers', { body: { id: 'tea', delay: '1h', target } });
    await call('DELETE', '/v1/timers/tea');
    expect(published).toEqual([]);
  });
});
