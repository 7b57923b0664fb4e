/**
 * Every error answer is a problem document (RFC 9457), and schemas/problem-codes.ts alone knows which status an error has.
 * What goes wrong on our side is logged under the request's id and told of without detail.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CarillonError, messageOf } from '../../../shared/base/errors.js';
import type { Logger } from '../../../shared/telemetry/logger.js';
import { statusOf, titleOf, typeOf, type ProblemCode } from '../schemas/problem-codes.js';
import { mediaType, problemSchema, type Mistake, type ProblemDocument } from '../schemas/problem.js';

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
    return statusOf(this.code);
  }

  /** @param instance the request id */
  document(instance: string): ProblemDocument {
    const { code, status, message: detail, errors } = this;
    const about = { type: typeOf(code), title: titleOf(code), status, detail, instance, code };
    return errors ? { ...about, errors } : about;
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
