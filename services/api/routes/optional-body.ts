/** For routes whose body may be left out: no body is the empty object. */
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A `preValidation` hook. */
export function bodyMayBeMissing(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  if (request.body === undefined) request.body = {};
  done();
}
