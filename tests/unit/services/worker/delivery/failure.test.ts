import { describe, expect, it } from 'vitest';
import {
  CallError,
  failureOf,
  statusFailure,
  timedOut,
  type Phase,
} from '../../../../../services/worker/delivery/failure.js';

function failing(code: string, message = 'detail'): Error {
  return Object.assign(new Error(message), { code });
}

function setup(phase: Phase = 'waiting') {
  return { host: 'example.com:8080', phase };
}

describe('an error of the driver', () => {
  it.each([
    ['ENOTFOUND', 'dns-failure'],
    ['EAI_AGAIN', 'dns-failure'],
    ['ECONNREFUSED', 'connection-refused'],
    ['ECONNRESET', 'connection-reset'],
    ['EPIPE', 'connection-reset'],
    ['UND_ERR_SOCKET', 'connection-reset'],
    ['EHOSTUNREACH', 'host-unreachable'],
    ['ENETUNREACH', 'host-unreachable'],
    ['ETIMEDOUT', 'host-unreachable'],
    ['UND_ERR_CONNECT_TIMEOUT', 'host-unreachable'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls-failure'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls-failure'],
    ['CERT_HAS_EXPIRED', 'tls-failure'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls-failure'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls-failure'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls-failure'],
    ['EPROTO', 'tls-failure'],
    ['UND_ERR_HEADERS_OVERFLOW', 'invalid-response'],
    ['UND_ERR_INVALID_ARG', 'invalid-request'],
    ['UND_ERR_NOT_SUPPORTED', 'invalid-request'],
    ['ERR_INVALID_URL', 'invalid-request'],
    ['EMFILE', 'network'],
  ])('%s is %s', (code, expected) => {
    expect(failureOf(failing(code), setup()).code).toBe(expected);
  });

  it('says what to do, with the host and the detail, in one line', () => {
    const error = failing('ENOTFOUND', 'getaddrinfo ENOTFOUND example.com.\n    at somewhere');
    expect(failureOf(error, setup()).message).toBe(
      'The name of example.com:8080 could not be resolved (getaddrinfo ENOTFOUND example.com); check the host in target.url.',
    );
  });

  it.each([
    ['connecting', 'before the request was sent'],
    ['waiting', 'before it answered'],
    ['reading', 'in the middle of its answer'],
  ] as const)('tells of a broken connection while %s that it broke %s', (phase, words) => {
    expect(failureOf(failing('ECONNRESET'), setup(phase)).message).toContain(words);
  });

  it('for several addresses is the first one’s', () => {
    const error = new AggregateError([failing('ECONNREFUSED'), failing('ENETUNREACH')]);
    expect(failureOf(error, setup()).code).toBe('connection-refused');
  });

  it.each([undefined, null, 'text', 7, {}, new AggregateError([])])(
    'that is no error but %j is still a failure',
    (thrown) => {
      expect(failureOf(thrown, setup())).toMatchObject({
        code: 'network',
        message: expect.stringMatching(/\.$/) as string,
      });
    },
  );

  it('is shortened when it is endless', () => {
    expect(failureOf(failing('EIO', 'x'.repeat(10_000)), setup()).message.length).toBeLessThan(500);
  });
});

it('keeps the code and the sentence of a failure that we found ourselves', () => {
  const error = new CallError('response-too-large', 'Too much.');
  expect(failureOf(error, setup())).toEqual({ code: 'response-too-large', message: 'Too much.' });
});

it.each([
  ['connecting', 'did not accept a connection within 50 ms'],
  ['waiting', 'took the request and did not answer within 50 ms'],
  ['reading', 'did not finish its answer within 50 ms'],
] as const)('tells what the time went on while %s', (phase, words) => {
  expect(timedOut(50, setup(phase))).toMatchObject({
    failure: 'timeout',
    message: expect.stringContaining(words) as string,
  });
});

it.each([
  [
    301,
    'https://new.example/',
    'The target answered 301 Moved Permanently; redirects are never followed, set target.url to the final address (https://new.example/).',
  ],
  [
    304,
    undefined,
    'The target answered 304 Not Modified; redirects are never followed, set target.url to the final address.',
  ],
  [401, undefined, 'The target answered 401 Unauthorized; check the credentials in target.headers.'],
  [404, undefined, 'The target answered 404 Not Found; check target.url and target.method.'],
  [410, undefined, 'The target answered 410 Gone; it asks not to be called again.'],
  [
    418,
    undefined,
    "The target answered 418 I'm a Teapot; it does not accept this request, see its response.",
  ],
  [429, undefined, 'The target answered 429 Too Many Requests; it asks for fewer calls.'],
  [599, undefined, 'The target answered 599; it failed on its side, see its response and its log.'],
])('tells of status %i what to do', (status, location, message) => {
  expect(statusFailure(status, location)).toEqual({ code: 'status', message });
});
