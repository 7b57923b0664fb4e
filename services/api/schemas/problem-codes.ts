/**
 * Every code that an answer of the API can bear: its status, its title, and a detail as it may read, for the document.
 * What each means and what to do stands in docs/errors.md.
 */
const codes = {
  'invalid-request': [
    400,
    'The request is not valid',
    'body /target/url must begin with http:// or https://',
  ],
  'malformed-json': [400, 'The body is not valid JSON', 'the body is empty'],
  'malformed-url': [
    400,
    'The URL of the request is not valid',
    'the path is not valid percent-encoded UTF-8',
  ],
  'malformed-request': [400, 'The request is malformed', 'content-length differs from the size of the body'],
  unauthorized: [401, 'No valid API key', 'send a valid key as `Authorization: Bearer KEY`'],
  forbidden: [403, 'The key may not do this', 'the key is not for the namespace "shop"'],
  'test-clock-refused': [
    403,
    'There are no test clocks here',
    'test clocks are there in development mode only',
  ],
  'route-not-found': [404, 'There is no such route', 'GET /v1/timer; /docs shows what there is'],
  'timer-not-found': [404, 'There is no such timer', 'there is no timer "tea" in the namespace "default"'],
  'execution-not-found': [
    404,
    'There is no such execution',
    'there is no execution "tea-1" in the namespace "default"',
  ],
  'version-not-found': [404, 'There is no such version', 'of "tea" the generations 4 to 12 are kept'],
  'key-not-found': [
    404,
    'There is no such key',
    'there is no key "car_0123456789abcdef" among those of your namespaces',
  ],
  'test-clock-not-found': [
    404,
    'The namespace has no test clock',
    'the namespace "tests" has no test clock; PUT makes one',
  ],
  'method-not-allowed': [405, 'The route has no such method', 'this route has GET, HEAD, POST'],
  'request-timeout': [408, 'The request took too long to arrive', 'send the whole request without pausing'],
  'timer-exists': [409, 'A timer of this id exists', '"tea" is taken; use PUT to change it, or another id'],
  'timer-closed': [409, 'The timer is closed', 'it is completed; PUT makes a new one under the same id'],
  'no-delay': [
    409,
    'The timer has no delay',
    'only a timer that was given a `delay` can be put off by touching it',
  ],
  'not-shiftable': [
    409,
    'The timer cannot be moved by a distance',
    'a cron goes by the calendar; give it another one with `to`',
  ],
  'plan-void': [409, 'The plan does not hold', 'make it anew with `plan: true`'],
  fired: [
    409,
    'The time of the timer has come',
    'its time has come; nothing can put off what has been called or is due',
  ],
  'namespace-in-use': [409, 'The namespace has open timers', '"tests" has open timers, such as "tea"'],
  'test-clock-backwards': [
    409,
    'A test clock does not go back',
    'the clock goes to 2034-01-01T00:00:00.000Z already',
  ],
  'too-many-test-clocks': [409, 'There are too many test clocks', 'there are 1000; take one away first'],
  'too-many-keys': [
    409,
    'There are too many keys',
    '500 keys name one of these namespaces; revoke some first',
  ],
  'too-many-quotas': [
    409,
    'Too many namespaces have quotas of their own',
    '1000 namespaces have limits of their own; give others those of the configuration',
  ],
  'settings-too-soon': [
    409,
    'The settings would hold too soon',
    'body /effectiveFrom must be 2030-01-31T09:00:15.000Z or later, as of now',
  ],
  'too-many-settings': [
    409,
    'Too many versions of the settings lie ahead',
    '50 versions lie ahead; wait until some hold',
  ],
  'generation-mismatch': [
    412,
    'The timer was changed meanwhile',
    'its generation is 4; read it again and decide anew',
  ],
  'body-too-large': [413, 'The body is too large', 'send less, or split it into several requests'],
  'unsupported-media-type': [415, 'The body must be JSON', 'send `content-type: application/json`'],
  'idempotency-key-reused': [
    422,
    'The Idempotency-Key was used for another request',
    'it came with another body before; use a new key for a new request',
  ],
  'query-too-broad': [
    422,
    'The filters would look at too much',
    'this would look at more than an index can tell: add one of `tag`, `host`, `idPrefix`',
  ],
  'rate-limited': [
    429,
    'Too many requests',
    'the namespace "shop" may make 50 requests a second, 200 at once',
  ],
  'quota-exceeded': [
    429,
    'The namespace has as many timers as it may',
    'the namespace "shop" may have 10000 timers that are not closed, and has them; cancel some, or ask for more',
  ],
  'headers-too-large': [431, 'The headers are too large', 'send fewer or shorter headers'],
  internal: [500, 'Something went wrong on our side', 'it is logged under the id that `instance` names'],
  'store-unavailable': [
    503,
    'The store is not available',
    'the store does not answer; repeat the request in a moment',
  ],
  overloaded: [
    503,
    'Too much is waiting to be written',
    '50000 timers wait to be written; repeat the request in a moment',
  ],
  'too-many-listeners': [
    503,
    'Too many listen',
    'as many listen here as may; listen in a moment, or elsewhere',
  ],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string, example: string]>>;

export type ProblemCode = keyof typeof codes;
export const problemCodes = Object.keys(codes) as readonly ProblemCode[];

export function statusOf(code: ProblemCode): number {
  return codes[code][0];
}

export function titleOf(code: ProblemCode): string {
  return codes[code][1];
}

/** A detail as it may read. */
export function exampleOf(code: ProblemCode): string {
  return codes[code][2];
}

/** The stable URI of a code. */
export function typeOf(code: ProblemCode): string {
  return `https://carillon.dev/errors/${code}`;
}
