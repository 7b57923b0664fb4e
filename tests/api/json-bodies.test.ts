import { describe, expect, it } from 'vitest';
import { openWorld as setup, target } from './world.js';

const sketch = { delay: '1h', target };
const nested = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);

describe('a body', () => {
  it.each(['gzip', 'br', 'compress, gzip'])('in the coding %s is refused', async (coding) => {
    const { call } = await setup();
    const headers = { 'content-encoding': coding };
    expect((await call('POST', '/v1/timers', { body: sketch, headers })).body.code).toBe(
      'unsupported-media-type',
    );
  });

  it.each([
    ['application/json; charset=utf-8', 201],
    ['application/json;charset="UTF-8"', 201],
    ['application/json; charset=utf-16', 415],
    ['application/json; charset=iso-8859-1', 415],
  ])('of type %s is answered %i', async (type, status) => {
    const { call } = await setup();
    expect(
      (await call('POST', '/v1/timers', { body: sketch, headers: { 'content-type': type } })).status,
    ).toBe(status);
  });

  it('of bytes that are no UTF-8 is refused, not read as other text', async () => {
    const { app } = await setup();
    const payload = Buffer.concat([
      Buffer.from(`{"delay":"1h","target":{"url":"${target.url}"},"metadata":{"a":"`),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}}'),
    ]);
    const answer = await app.inject({
      ...{ method: 'POST', url: '/v1/timers', payload },
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.json()).toMatchObject({ code: 'malformed-json', detail: 'the body is not valid UTF-8' });
  });

  it.each([101, 10_000, 100_000])('nested %i levels deep is refused', async (levels) => {
    const { call } = await setup();
    await call('PUT', '/v1/timers/tea', { body: sketch });
    const { body } = await call('PATCH', '/v1/timers/tea', { body: nested(levels) });
    expect(body).toMatchObject({ code: 'invalid-request', status: 400 });
    expect(body.detail).toContain('nested more than 100 levels deep');
  });

  it('that is null is none to leave out', async () => {
    const { call } = await setup();
    await call('PUT', '/v1/timers/tea', { body: sketch });
    expect((await call('POST', '/v1/timers/tea/pause', { body: 'null' })).status).toBe(400);
    expect((await call('POST', '/v1/timers/tea/pause')).status).toBe(200);
  });
});

describe('a namespace', () => {
  it.each(['__proto__', 'constructor', 'toString'])('may be called %s', async (namespace) => {
    const { call } = await setup();
    const headers = { 'carillon-namespace': namespace };
    expect((await call('PUT', '/v1/timers/tea', { body: sketch, headers })).status).toBe(201);
    expect((await call('GET', '/v1/timers/tea', { headers })).body.namespace).toBe(namespace);
    expect((await call('GET', `/v1/namespaces/${namespace}/clock`)).body.code).toBe('test-clock-not-found');
  });
});

describe('a number in a query', () => {
  it.each([' 5', '5 ', '+5', '05', '1e1', '0x5', 'true', '5.0', ''])('is not spelt %j', async (text) => {
    const { call } = await setup();
    const { status, body } = await call('GET', `/v1/timers?limit=${encodeURIComponent(text)}`);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ pointer: '/limit', in: 'query' }]);
  });
});

describe('text', () => {
  it.each(['\ud800', 'a\udc00b', 'a\u0000b'])('%j reads back as it was sent', async (text) => {
    const { call } = await setup();
    const body = { ...sketch, metadata: { a: text }, target: { ...target, body: { [text]: text } } };
    expect((await call('PUT', '/v1/timers/tea', { body })).status).toBe(201);
    const read = (await call('GET', '/v1/timers/tea')).body;
    expect([read.metadata, read.target.body]).toEqual([body.metadata, body.target.body]);
  });
});
