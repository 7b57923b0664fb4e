import { describe, expect, it } from 'vitest';
import { openWorld as setup, target } from './world.js';

const good = { delay: '10s', target };
const withTarget = (changes: object) => ({ ...good, target: { ...target, ...changes } });
const withRetries = (retries: object) => ({ ...good, retries });
const entries = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));

/** Each with the field that the answer must name, and a word of the reason. */
const wrong: [string, unknown, string, RegExp][] = [
  ['no object', [], '', /object/],
  ['a number', 3, '', /object/],
  ['null', 'null', '', /object/],
  ['no target', { delay: '10s' }, '/target', /required/],
  ['no url', { delay: '10s', target: {} }, '/target/url', /required/],
  ['no word on when', { target }, '/at', /exactly one of `at`, `delay`, `localTime`, `cron`/],
  ['both at and delay', { ...good, at: '2030-01-02T00:00:00Z' }, '/delay', /exactly one/],
  [
    'a field of another issue: successWhen',
    withTarget({ successWhen: {} }),
    '/target/successWhen',
    /not a known/,
  ],
  ['an unknown field of retries', withRetries({ attempts: 3 }), '/retries/attempts', /not a known field/],
  ['an answer field sent back', { ...good, generation: 1 }, '/generation', /not a known field/],
  ['a bad id', { ...good, id: 'a b' }, '/id', /letters, digits/],
  ['an empty id', { ...good, id: '' }, '/id', /letters, digits/],
  ['a long id', { ...good, id: 'x'.repeat(129) }, '/id', /letters, digits/],
  ['a zero delay', { target, delay: 0 }, '/delay', /more than zero/],
  ['a zero delay as text', { target, delay: 'PT0S' }, '/delay', /more than zero/],
  ['a negative delay', { target, delay: -5 }, '/delay', /negative/],
  ['a negative delay as text', { target, delay: '-PT5S' }, '/delay', /negative/],
  ['a delay of a hundred years', { target, delay: 'P36525D' }, '/delay', /at most 10 years/],
  ['a delay in months', { target, delay: 'P1M' }, '/delay', /no fixed length/],
  ['a delay without unit', { target, delay: '10' }, '/delay', /no unit/],
  ['a delay of another kind', { target, delay: true }, '/delay', /wrong kind.*ISO 8601/],
  ['a delay of null', { target, delay: null }, '/delay', /wrong kind/],
  ['a past at', { target, at: '2029-12-31T23:58:59Z' }, '/at', /61 s in the past/],
  ['an at without offset', { target, at: '2030-01-02T00:00:00' }, '/at', /no offset/],
  ['an at of words', { target, at: 'tomorrow' }, '/at', /RFC 3339/],
  ['an at that does not exist', { target, at: '2030-02-29T00:00:00Z' }, '/at', /does not exist/],
  ['an at in eleven years', { target, at: '2041-01-01T00:00:00Z' }, '/at', /10 years/],
  ['an at as a number', { target, at: 1893456000000 }, '/at', /string/],
  ['a url that is none', withTarget({ url: 'nonsense' }), '/target/url', /http/],
  [
    'a url of another scheme',
    withTarget({ url: 'ftp://example.test/' }),
    '/target/url',
    /http:\/\/ or https/,
  ],
  ['a url without slashes', withTarget({ url: 'http:example.test' }), '/target/url', /needs \/\//],
  ['a url with a space', withTarget({ url: 'http://example.test/a b' }), '/target/url', /no spaces/],
  ['a url with a line break', withTarget({ url: 'http://exam\nple.test' }), '/target/url', /control/],
  ['a url with credentials', withTarget({ url: 'https://u:p@example.test' }), '/target/url', /credentials/],
  ['a url with a fragment', withTarget({ url: 'https://example.test/#a' }), '/target/url', /fragment/],
  [
    'a url with a bad port',
    withTarget({ url: 'https://example.test:99999' }),
    '/target/url',
    /host and port/,
  ],
  ['a url with an empty label', withTarget({ url: 'https://a..test/' }), '/target/url', /host/],
  ['a long url', withTarget({ url: `https://example.test/${'x'.repeat(5_000)}` }), '/target/url', /4096/],
  ['an unknown method', withTarget({ method: 'BREW' }), '/target/method', /GET, HEAD, POST/],
  ['a body with GET', withTarget({ method: 'GET', body: 'x' }), '/target/body', /not sent with GET/],
  ['a large body', withTarget({ body: 'x'.repeat(262_145) }), '/target/body', /256 KiB/],
  ['a timeout of 16 minutes', withTarget({ timeout: '16m' }), '/target/timeout', /at most 15 minutes/],
  ['a timeout of zero', withTarget({ timeout: 0 }), '/target/timeout', /at least a millisecond/],
  ['a timeout too fine', withTarget({ timeout: '0.0001s' }), '/target/timeout', /finer/],
  ['a bad header name', withTarget({ headers: { 'a b': '1' } }), '/target/headers/a b', /header name/],
  ['a name to escape', withTarget({ headers: { 'a/b': '1' } }), '/target/headers/a~1b', /header name/],
  [
    'a header with a line break',
    withTarget({ headers: { a: '1\r\nb: 2' } }),
    '/target/headers/a',
    /line breaks/,
  ],
  ['a header beyond Latin-1', withTarget({ headers: { a: '→' } }), '/target/headers/a', /Latin-1/],
  ['a header twice', withTarget({ headers: { A: '1', a: '2' } }), '/target/headers/a', /twice/],
  ['a header of another kind', withTarget({ headers: { a: 1 } }), '/target/headers/a', /string/],
  ['too many headers', withTarget({ headers: entries(65) }), '/target/headers', /64/],
  [
    'large headers',
    withTarget({ headers: { a: 'x'.repeat(8_192), b: 'x'.repeat(8_192) } }),
    '/target/headers',
    /16 KiB/,
  ],
  ...[
    'Host',
    'content-length',
    'Connection',
    'transfer-encoding',
    'webhook-id',
    'Timer-Attempt',
    'traceparent',
    'Proxy-Authorization',
  ].map((name): [string, unknown, string, RegExp] => [
    `the header ${name}`,
    withTarget({ headers: { [name]: 'x' } }),
    `/target/headers/${name}`,
    /leave it out/,
  ]),
  ['no attempts', withRetries({ maxAttempts: 0 }), '/retries/maxAttempts', /1/],
  ['half an attempt', withRetries({ maxAttempts: 1.5 }), '/retries/maxAttempts', /integer/],
  ['too many attempts', withRetries({ maxAttempts: 101 }), '/retries/maxAttempts', /100/],
  ['an unknown backoff', withRetries({ backoff: 'cubic' }), '/retries/backoff', /fixed, linear, exponential/],
  ['a base of a year', withRetries({ base: 'P365D' }), '/retries/base', /at most 30 days/],
  ['a maxDelay of words', withRetries({ maxDelay: 'long' }), '/retries/maxDelay', /not a duration/],
  ['a maxAge of zero', withRetries({ maxAge: 0 }), '/retries/maxAge', /at least a millisecond/],
  ['a shrinking factor', withRetries({ factor: 0.5 }), '/retries/factor', /1/],
  ['an unknown jitter', withRetries({ jitter: 'half' }), '/retries/jitter', /none, full/],
  ['retryOn a success', withRetries({ retryOn: [200] }), '/retries/retryOn/0', /wrong kind/],
  ['retryOn 410', withRetries({ retryOn: [410] }), '/retries/retryOn', /410/],
  ['retryOn twice', withRetries({ retryOn: ['5xx', '5xx'] }), '/retries/retryOn', /duplicate/],
  ['an unknown onLost', withRetries({ onLost: 'ignore' }), '/retries/onLost', /repeat, fail/],
  ['a tag with a space', { ...good, tags: ['a b'] }, '/tags/0', /letters/],
  ['a tag twice', { ...good, tags: ['a', 'a'] }, '/tags', /duplicate/],
  ['too many tags', { ...good, tags: Array.from({ length: 33 }, (_, i) => `t${i}`) }, '/tags', /32/],
  ['metadata of another kind', { ...good, metadata: { a: 1 } }, '/metadata/a', /string/],
  ['a bad metadata name', { ...good, metadata: { 'a b': '1' } }, '/metadata/a b', /not a known field/],
  ['long metadata', { ...good, metadata: { a: 'x'.repeat(1_025) } }, '/metadata/a', /1024/],
  ['much metadata', { ...good, metadata: entries(65) }, '/metadata', /64/],
];

describe('a wrong body', () => {
  it.each(wrong)('%s is refused, naming the field and the reason', async (_what, sent, pointer, reason) => {
    const { call, store } = await setup();
    const { status, headers, body } = await call('POST', '/v1/timers', { body: sent });
    expect(status).toBe(400);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ code: 'invalid-request', status: 400 });
    expect(body.errors).toContainEqual({
      pointer,
      detail: expect.stringMatching(reason) as unknown,
      in: 'body',
    });
    expect(await store.timers.list({ namespace: 'default', after: null, limit: 1 })).toEqual([]);
  });

  it('is told of every field at once', async () => {
    const { call } = await setup();
    const { body } = await call('POST', '/v1/timers', {
      body: { delay: 0, target: { url: 'x', timeout: 0 }, retries: { base: '1y' } },
    });
    expect(body.errors!.map(({ pointer }) => pointer)).toEqual([
      '/delay',
      '/target/url',
      '/target/timeout',
      '/retries/base',
    ]);
  });

  it.each(wrong.filter(([what]) => !/id|null/.test(what)))(
    '%s is refused by PUT too',
    async (_what, sent, pointer) => {
      const { call } = await setup();
      const { status, body } = await call('PUT', '/v1/timers/tea', { body: sent });
      expect(status).toBe(400);
      expect(body.errors!.map((mistake) => mistake.pointer)).toContain(pointer);
    },
  );
});

describe('a wrong query, path or header', () => {
  it.each([
    ['/v1/timers?limit=0', '/limit', 'query'],
    ['/v1/timers?limit=1001', '/limit', 'query'],
    ['/v1/timers?limit=ten', '/limit', 'query'],
    ['/v1/timers?limit=1&limit=2', '/limit', 'query'],
    ['/v1/timers?state=sleeping', '/state', 'query'],
    ['/v1/timers?colour=red', '/colour', 'query'],
    ['/v1/timers?cursor=nonsense', '/cursor', 'query'],
    ['/v1/timers?cursor=WzFd', '/cursor', 'query'],
    ['/v1/timers?dueBefore=soon', '/dueBefore', 'query'],
    ['/v1/timers?dueAfter=2030-01-01T00:00:00+01:00', '/dueAfter', 'query'],
    ['/v1/timers?idPrefix=a%20b', '/idPrefix', 'query'],
    ['/v1/timers/a%20b', '/id', 'path'],
    [`/v1/timers/${'x'.repeat(129)}`, '/id', 'path'],
    ['/v1/executions?state=active', '/state', 'query'],
    ['/v1/executions?cursor=WzFd', '/cursor', 'query'],
    ['/v1/executions?worker=a', '/worker', 'query'],
  ])('GET %s is refused, naming %s', async (url, pointer, part) => {
    const { call } = await setup();
    const { status, body } = await call('GET', url);
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ pointer, detail: expect.any(String) as unknown, in: part }]);
  });

  it('tells how to write a plus in a query', async () => {
    const { call } = await setup();
    const { body } = await call('GET', '/v1/timers?dueAfter=2030-01-01T00:00:00+01:00');
    expect(body.detail).toContain('%2B');
  });

  it.each([
    ['carillon-namespace', 'a b'],
    ['carillon-namespace', ''],
    ['idempotency-key', 'x'.repeat(256)],
    ['if-match', '3'],
  ])('the header %s: %s is refused, naming it', async (name, value) => {
    const { call } = await setup();
    const { status, body } = await call('PUT', '/v1/timers/tea', { body: good, headers: { [name]: value } });
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { pointer: `/${name}`, detail: expect.any(String) as unknown, in: 'header' },
    ]);
  });
});
