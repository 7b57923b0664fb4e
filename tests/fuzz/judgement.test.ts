import { describe, expect, it } from 'vitest';
import { describedApp } from '../house/api-app.js';
import { operationsOf, type OpenApi } from '../support/openapi/document.js';
import { bytesComplaints } from './hostility.js';
import { judgeBy } from './judgement.js';
import { requestOf, unreadable, type FuzzRequest, type Plan } from './request.js';
import type { Answered } from './sending.js';

async function setup() {
  const document = (await describedApp().inject({ url: '/openapi.json' })).json<OpenApi>();
  const operations = operationsOf(document);
  const { judge } = judgeBy(document);
  const plan: Plan = {
    ...{ seed: 1, operations, key: 'key', ids: new Map() },
    around: { schemas: document.components.schemas, callbackUrl: 'http://127.0.0.1:9' },
  };
  const request = (id: string, changed: Partial<FuzzRequest> = {}): FuzzRequest => {
    const operation = operations.find((one) => one.id === id)!;
    const plain = { index: 0, change: 'plain', target: '/', headers: {}, body: null, mustRefuse: false };
    return {
      ...plain,
      operation,
      method: operation.method,
      sent: { parameters: [], body: undefined },
      ...changed,
    };
  };
  return { judge, plan, request };
}

const answer = (status: number, body: unknown, type = 'application/json'): Answered => ({
  status,
  headers: { 'content-type': type, 'x-request-id': 'one' },
  text: JSON.stringify(body),
});
const clock = { namespace: 'a', now: '2034-01-01T00:00:00Z', target: '2034-01-01T00:00:00Z', moving: false };
const problem = (status: number, code: string): Answered =>
  answer(
    status,
    { type: 'https://x.test/', title: 't', status, detail: 'd', instance: 'i', code },
    'application/problem+json',
  );

describe('the judgement of an answer', () => {
  it('finds nothing wrong with what the document says', async () => {
    const { judge, request } = await setup();
    expect(judge(request('getTestClock'), answer(200, clock))).toEqual([]);
    expect(judge(request('getTestClock'), problem(404, 'test-clock-not-found'))).toEqual([]);
  });

  it.each<[string, Answered, string]>([
    ['a fault', problem(500, 'internal'), 'answered 500'],
    ['a status that is not declared', answer(206, clock), '206 is not declared'],
    ['a code that is not declared', problem(404, 'timer-not-found'), 'is not declared'],
    ['a code under another status', problem(409, 'test-clock-not-found'), 'is not declared'],
    ['an error that is no problem document', answer(404, {}), 'is no problem document'],
    ['an answer of another shape', answer(200, { ...clock, moving: 'no' }), 'another shape'],
    ['an answer of another type', answer(200, clock, 'text/html'), 'text/html is not declared'],
  ])('finds %s', async (_what, given, complaint) => {
    const { judge, request } = await setup();
    expect(judge(request('getTestClock'), given).join()).toContain(complaint);
  });

  it('finds that no answer came', async () => {
    const { judge, request } = await setup();
    expect(judge(request('getTestClock'), { failure: 'no answer within 1 ms' })).toEqual([
      'no answer within 1 ms',
    ]);
  });

  it('lets the connection end under a body that is too large, and under no other', async () => {
    const { judge, request } = await setup();
    const cut = { failure: 'write EPIPE' };
    expect(judge(request('putTestClock', { body: Buffer.alloc(2_000_000) }), cut)).toEqual([]);
    expect(judge(request('putTestClock', { body: Buffer.alloc(2_000) }), cut)).toEqual([cut.failure]);
  });

  it.each<[string, Partial<FuzzRequest>]>([
    ['a body that its schema refuses', { sent: { parameters: [], body: { now: 7 } } }],
    ['a body that is no JSON', { sent: { parameters: [], body: unreadable } }],
    ['what no schema tells', { mustRefuse: true }],
  ])('finds that nonsense was accepted: %s', async (_what, changed) => {
    const { judge, request } = await setup();
    expect(judge(request('putTestClock', changed), answer(200, clock)).join()).toContain('accepted');
  });

  it('finds that a number was accepted which is none', async () => {
    const { judge, request } = await setup();
    const page = answer(200, { data: [], nextCursor: null });
    const limitOf = (text: string): FuzzRequest => {
      const asked = request('listTimers');
      const parameter = asked.operation.parameters.find(({ name }) => name === 'limit')!;
      return { ...asked, sent: { parameters: [{ parameter, text }], body: undefined } };
    };
    expect(judge(limitOf('5'), page)).toEqual([]);
    for (const text of ['0', ' 5', '1e2', 'true'])
      expect(judge(limitOf(text), page).join()).toContain('accepted limit');
  });

  it('reads what came back to bytes', () => {
    expect(bytesComplaints('HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\n\r\n')).toHaveLength(1);
    expect(bytesComplaints('HTTP/1.1 502 Bad\r\n\r\n')).toEqual(['answered 502']);
    expect(bytesComplaints('')).toEqual([]);
  });
});

describe('a request of the run', () => {
  it('follows from seed and number alone', { timeout: 120_000 }, async () => {
    const { plan } = await setup();
    const bytesOf = (seed: number, index: number): string => {
      const { method, target, headers, body } = requestOf({ ...plan, seed }, index);
      return JSON.stringify([method, target, headers, body?.toString('base64').slice(0, 10_000)]);
    };
    for (let i = 0; i < 40; i++) expect(bytesOf(1, i)).toBe(bytesOf(1, i));
    expect(bytesOf(2, 7)).not.toBe(bytesOf(1, 7));
  });

  it('reaches every operation, and calls nothing beyond this machine', { timeout: 120_000 }, async () => {
    const { plan } = await setup();
    const made = Array.from({ length: 1_000 }, (_none, i) => requestOf(plan, i));
    expect(new Set(made.map(({ operation }) => operation.id)).size).toBe(plan.operations.length);
    const hosts = made.flatMap(({ body }) => [
      ...(body?.toString() ?? '').matchAll(/"url":"https?:\/\/([^/:"]+)/gi),
    ]);
    expect(new Set(hosts.map(([, host]) => host))).toEqual(new Set(['127.0.0.1']));
  });
});
