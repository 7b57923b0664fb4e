/** A request of the run: what it does to which operation, by seed and number alone. */
import type { Operation, Parameter } from '../support/openapi/document.js';
import { Chance } from './chance.js';
import { mutate, spoilText } from './mutations.js';
import { valueOf, type Surroundings } from './values.js';

export interface FuzzRequest {
  index: number;
  operation: Operation;
  /** What was done to it; `plain` for nothing. */
  change: string;
  method: string;
  /** Path and query as they stand on the wire. */
  target: string;
  headers: Record<string, string | string[]>;
  body: Buffer | null;
  /** What was sent by name, to hold it against the schemas when it is accepted; null where it is no such thing any more. */
  sent: { parameters: { parameter: Parameter; text: string }[]; body: unknown };
  /** It breaks a rule that no schema tells: it must not be accepted. */
  mustRefuse: boolean;
}

export interface Plan {
  seed: number;
  operations: readonly Operation[];
  around: Surroundings;
  /** Of the API. */
  key: string;
  /** Ids that answers have told, by the path of their collection. */
  ids: ReadonlyMap<string, readonly string[]>;
}

export function requestOf(plan: Plan, index: number): FuzzRequest {
  const chance = new Chance(plan.seed, index);
  const request = plainRequest(plan, index, chance);
  const share = chance.below(10);
  if (share < 4) return request;
  if (share < 7 && request.body) return withMutatedBody(request, chance);
  return chance.pick(spoilings)(request, chance);
}

function plainRequest({ operations, around, key, ids }: Plan, index: number, chance: Chance): FuzzRequest {
  const operation = chance.pick(operations);
  const headers: Record<string, string> = { authorization: `Bearer ${key}` };
  const parameters = operation.parameters
    .filter(({ required = false, name }) => required || chance.happens(name === 'if-match' ? 0.1 : 0.3))
    .map((parameter) => ({ parameter, text: textOf(parameter, { operation, ids, chance, around }) }));
  const of = (place: Parameter['in']) => parameters.filter(({ parameter }) => parameter.in === place);
  for (const { parameter, text } of of('header')) headers[parameter.name] = text;
  const path = of('path').reduce(
    (so, { parameter, text }) => so.replace(`{${parameter.name}}`, encodeURIComponent(text)),
    operation.path,
  );
  const query = of('query').map(({ parameter, text }) => `${parameter.name}=${encodeURIComponent(text)}`);
  const value = operation.body ? bodyOf(operation.body, chance, around) : undefined;
  if (value !== undefined) headers['content-type'] = 'application/json';
  return {
    ...{ index, operation, change: 'plain', method: operation.method, headers, mustRefuse: false },
    target: query.length > 0 ? `${path}?${query.join('&')}` : path,
    body: value === undefined ? null : Buffer.from(JSON.stringify(value)),
    sent: { parameters, body: value },
  };
}

interface Drawing {
  operation: Operation;
  ids: Plan['ids'];
  chance: Chance;
  around: Surroundings;
}

function textOf({ name, in: place, schema }: Parameter, { operation, ids, chance, around }: Drawing): string {
  const draw = chance.below(1_000);
  if (name === 'carillon-namespace') return chance.pick(['default', 'default', 'shop', 'clock-1']);
  if (name === 'if-match') return chance.pick(['"1"', '"2"', '*', 'W/"1", "7"']);
  if (name === 'idempotency-key') return `key-${draw % 50}`;
  if (name === 'ns') return `clock-${draw % 4}`;
  if (place === 'path') {
    const known = ids.get(operation.path.slice(0, operation.path.indexOf('/{'))) ?? [];
    if (known.length > 0 && chance.happens(0.6)) return known[draw % known.length]!;
    return operation.path.startsWith('/v1/timers/')
      ? `fuzz-${draw % 40}`
      : String(valueOf(schema, name, chance, around));
  }
  const text = String(valueOf(schema, name, chance, around));
  // What stands in a header is bytes, which the other side reads one by one.
  return place === 'header' ? Buffer.from(text).toString('latin1') : text;
}

/** Mostly an example of the document, of which parts are made anew; else all of it is. */
function bodyOf(
  { schema, examples = {} }: NonNullable<Operation['body']>,
  chance: Chance,
  around: Surroundings,
): unknown {
  const values = Object.values(examples).map(({ value }) => value);
  if (values.length === 0 || chance.happens(0.2)) return valueOf(schema, '', chance, around);
  const example = structuredClone(chance.pick(values)) as Record<string, unknown>;
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, object>);
  for (const [name, part] of properties)
    if (chance.happens(name in example ? 0.3 : 0.04))
      example[name] = valueOf(part as never, name, chance, around);
  return JSON.parse(
    JSON.stringify(example).replace(/http:\/\/127\.0\.0\.1:\d+\/health\/live/g, around.callbackUrl),
  );
}

function withMutatedBody(request: FuzzRequest, chance: Chance): FuzzRequest {
  if (chance.happens(0.3)) {
    const body = spoilText(request.body!.toString(), chance);
    return { ...request, change: 'body as text', body, sent: { ...request.sent, body: parsed(body) } };
  }
  const value = mutate(request.sent.body, chance);
  const again = chance.happens(0.3) ? mutate(value, chance) : value;
  const body = Buffer.from(JSON.stringify(again));
  return { ...request, change: 'body', body, sent: { ...request.sent, body: parsed(body) } };
}

/** What a strict reader makes of it: UTF-8 or nothing, JSON or nothing. */
function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return unreadable;
  }
}

/** Stands for a body that is no JSON: never to be accepted. */
export const unreadable = Symbol('no JSON');

type Spoiling = (request: FuzzRequest, chance: Chance) => FuzzRequest;

const withHeader = (request: FuzzRequest, name: string, value: string | string[]): FuzzRequest => ({
  ...request,
  headers: { ...request.headers, [name]: value },
});

/** A header that a schema describes, sent otherwise. */
function withSentHeader(request: FuzzRequest, name: string, text: string): FuzzRequest {
  const parameter = request.operation.parameters.find((one) => one.in === 'header' && one.name === name);
  const rest = request.sent.parameters.filter(({ parameter: { name: other } }) => other !== name);
  const parameters = parameter ? [...rest, { parameter, text }] : rest;
  return { ...withHeader(request, name, text), change: name, sent: { ...request.sent, parameters } };
}

const spoilings: readonly Spoiling[] = [
  (request, chance) => {
    const query = request.operation.parameters.filter((parameter) => parameter.in === 'query');
    if (query.length === 0) return { ...added(request, 'surprise=1'), mustRefuse: true };
    const parameter = chance.pick(query);
    const odd = [
      '',
      '0',
      '-1',
      '1e2',
      '0x10',
      ' 5',
      'true',
      '1.5',
      '99999999999',
      '\u0000',

      'W10',
      'WyJhIl0',
      'WzFlOTk5XQ',
    ];
    const text = chance.pick(odd);
    const sent = { ...request.sent, parameters: [...request.sent.parameters, { parameter, text }] };
    return {
      ...added(request, `${parameter.name}=${encodeURIComponent(text)}`),
      change: 'query',
      sent,
    };
  },
  (request) => ({ ...added(request, 'surprise=1'), mustRefuse: true }),
  (request) => ({
    ...added(request, request.target.split('?')[1] ?? 'a=1&a=2'),
    change: 'query twice',
    mustRefuse: true,
  }),
  (request) => ({ ...added(request, '__proto__=1&constructor=2'), mustRefuse: true }),
  (request, chance) =>
    withSentHeader(
      request,
      'carillon-namespace',
      chance.pick(['', 'a b', 'x'.repeat(65), '../x', 'défaut', '__proto__']),
    ),
  (request, chance) =>
    withSentHeader(request, 'if-match', chance.pick(['1', '"1', '"a"', '', '"99999999999999999999"', '**'])),
  (request, chance) =>
    withSentHeader(request, 'idempotency-key', chance.pick(['', 'a b', 'x'.repeat(256), 'clé', 'key-1'])),
  (request, chance) => {
    const types = [
      'text/plain',
      'application/xml',
      'multipart/form-data',
      'application/jsonp',
      'text/json',
      ';',
      'application/json; charset=utf-16',
    ];
    const isTaken = request.body !== null && request.operation.method !== 'GET';
    return {
      ...withHeader(request, 'content-type', chance.pick(types)),
      change: 'content type',
      mustRefuse: isTaken,
    };
  },
  (request) => ({
    ...withHeader(request, 'content-encoding', 'gzip'),
    change: 'encoding',
    mustRefuse: request.body !== null,
  }),
  (request, chance) => ({
    ...withHeader(request, 'accept', chance.pick(['text/html', 'image/*', '', ';q='])),
    change: 'accept',
  }),
  (request, chance) => ({
    ...withHeader(
      request,
      'authorization',
      chance.pick(['', 'Bearer', 'Bearer x', 'Basic eDp5', 'Bearer \u00ff']),
    ),
    change: 'key',
    mustRefuse: true,
  }),
  (request, chance) => ({
    ...withHeader(request, 'x-request-id', chance.pick(['<x>', 'x'.repeat(200), 'a\tb'])),
    change: 'request id',
  }),
  (request, chance) => ({
    ...withHeader(
      request,
      chance.pick(['x-forwarded-for', 'x-http-method-override', 'range', 'te', 'cookie']),
      ['DELETE', 'bytes=0-1'],
    ),
    change: 'header',
  }),
  (request, chance) => ({
    ...request,
    method: chance.pick(['PUT', 'DELETE', 'PATCH', 'POST', 'OPTIONS', 'TRACE', 'HEAD']),
    change: 'method',
  }),
  (request) => ({
    ...request,
    body: Buffer.from('{"surprise":1}'),
    headers: { ...request.headers, 'content-type': 'application/json' },
    change: 'body of another',
    mustRefuse: request.operation.method !== 'GET',
  }),
  (request) => ({
    ...request,
    body: Buffer.from(JSON.stringify({ x: 'x'.repeat(1_100_000) })),
    headers: { ...request.headers, 'content-type': 'application/json' },
    change: 'too large',
    mustRefuse: request.operation.method !== 'GET',
  }),
];

function added(request: FuzzRequest, query: string): FuzzRequest {
  const { target } = request;
  return {
    ...request,
    target: `${target}${target.includes('?') ? '&' : '?'}${query}`,
    change: 'unknown query',
  };
}
