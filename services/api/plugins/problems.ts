/**
 * Every error answer is a problem document (RFC 9457), and only this file knows which HTTP status an error has. What
 * goes wrong on our side is logged under the request's id and told of without detail.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CarillonError, messageOf } from '../../../shared/base/errors.js';
import type { Logger } from '../../../shared/telemetry/logger.js';
import { problemSchema, type Mistake, type ProblemDocument } from '../schemas/problem.js';

/** Status and title by code; the meaning and the fix of each stand in docs/errors.md. */
const problems = {
  'invalid-request': [400, 'The request is not valid'],
  'malformed-json': [400, 'The body is not valid JSON'],
  'malformed-url': [400, 'The URL of the request is not valid'],
  'malformed-request': [400, 'The request is malformed'],
  unauthorized: [401, 'No valid API key'],
  forbidden: [403, 'The key may not do this'],
  'test-clock-refused': [403, 'There are no test clocks here'],
  'route-not-found': [404, 'There is no such route'],
  'timer-not-found': [404, 'There is no such timer'],
  'execution-not-found': [404, 'There is no such execution'],
  'test-clock-not-found': [404, 'The namespace has no test clock'],
  'method-not-allowed': [405, 'The route has no such method'],
  'request-timeout': [408, 'The request took too long to arrive'],
  'timer-exists': [409, 'A timer of this id exists'],
  'timer-closed': [409, 'The timer is closed'],
  'no-delay': [409, 'The timer has no delay'],
  fired: [409, 'The time of the timer has come'],
  'namespace-in-use': [409, 'The namespace has open timers'],
  'test-clock-backwards': [409, 'A test clock does not go back'],
  'too-many-test-clocks': [409, 'There are too many test clocks'],
  'settings-too-soon': [409, 'The settings would hold too soon'],
  'too-many-settings': [409, 'Too many versions of the settings lie ahead'],
  'generation-mismatch': [412, 'The timer was changed meanwhile'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The body must be JSON'],
  'idempotency-key-reused': [422, 'The Idempotency-Key was used for another request'],
  'headers-too-large': [431, 'The headers are too large'],
  internal: [500, 'Something went wrong on our side'],
  'store-unavailable': [503, 'The store is not available'],
  overloaded: [503, 'Too much is waiting to be written'],
} as const;

export type ProblemCode = keyof typeof problems;
export const problemCodes = Object.keys(problems) as readonly ProblemCode[];

const typeBase = 'https://carillon.dev/errors/';
export const mediaType = 'application/problem+json';
const retryAfterSeconds = '1';

export interface ProblemExtras {
  errors?: Mistake[];
  headers?: Record<string, string>;
}

/** An answer that is an error; throw it from a route, or hand it on as a value where it is one of several results. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly errors: Mistake[] | undefined;
  readonly headers: Record<string, string>;

  constructor(code: ProblemCode, detail: string, { errors, headers = {} }: ProblemExtras = {}) {
    super(detail);
    this.name = 'Problem';
    this.code = code;
    this.errors = errors;
    this.headers = this.status === 503 ? { 'retry-after': retryAfterSeconds, ...headers } : headers;
  }

  get status(): number {
    return problems[this.code][0];
  }

  /** @param instance the request id */
  document(instance: string): ProblemDocument {
    const [status, title] = problems[this.code];
    const { code, message: detail, errors } = this;
    return { type: typeBase + code, title, status, detail, instance, code, ...(errors && { errors }) };
  }
}

/** The problem of a request with wrong fields; its detail is the first mistake's. */
export function invalidRequest(errors: Mistake[]): Problem {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const detail = first
    ? `${first.in} ${first.pointer || '/'} ${first.detail}${more}`
    : 'the request is not valid';
  return new Problem('invalid-request', detail, { errors });
}

/** What Fastify reports, by its own codes; everything else of it below 500 is a malformed request. */
const frameworkProblems: Record<string, [ProblemCode, string]> = {
  FST_ERR_BAD_URL: ['malformed-url', 'the path is not valid percent-encoded UTF-8'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['body-too-large', 'send less, or split it into several requests'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported-media-type', 'send `content-type: application/json`'],
  FST_ERR_CTP_INVALID_JSON_BODY: [
    'malformed-json',
    'check commas, quotes and brackets; the keys `__proto__` and `constructor.prototype` are refused',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['malformed-json', 'the body is empty'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'malformed-request',
    'content-length differs from the size of the body',
  ],
};

/** Translates anything thrown into the problem that is answered. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof CarillonError && error.retryable)
    return new Problem('store-unavailable', 'the store does not answer; repeat the request in a moment');
  const { code, statusCode = 500 } = error as Partial<FastifyError>;
  const known = code === undefined ? undefined : frameworkProblems[code];
  if (known) return new Problem(...known);
  if (statusCode >= 400 && statusCode < 500) return new Problem('malformed-request', messageOf(error));
  return new Problem('internal', 'it is logged under the id that `instance` names');
}

/** Answers `error`, whatever it is. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error);
  // A malformed URL comes here before any hook has run.
  reply.header('x-request-id', request.id);
  reply.code(problem.status).headers(problem.headers).type(mediaType);
  return reply.send(JSON.stringify(problem.document(request.id)));
}

/** Makes every error of the app a problem document: thrown ones, unknown routes, and known routes with another method. */
export function addProblems(app: FastifyInstance, log: Logger): void {
  app.addSchema(problemSchema);
  app.setErrorHandler((error, request, reply) => {
    const { status } = problemOf(error);
    if (status === 500)
      log.error({ err: error, requestId: request.id, route: request.routeOptions.url }, 'a request failed');
    else if (status > 500)
      log.warn({ reason: messageOf(error), requestId: request.id }, 'a request was refused');
    return answerProblem(error, request, reply);
  });
  app.setNotFoundHandler((request) => {
    throw new Problem(
      'route-not-found',
      `${request.method} ${request.url.split('?')[0]}; /docs shows what there is`,
    );
  });
}
