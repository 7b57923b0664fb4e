/**
 * The one place that says of a request who makes it and for which namespace, and whether they may: for every route there
 * is and will be, before the route runs. What is refused here was not looked up, so a refusal tells nothing of what exists.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { anonymous, refusalOf, type Actor } from '../access/actor.js';
import type { KeyRing } from '../access/key-ring.js';
import { requirementOf } from '../access/operations.js';
import type { QuotaBook } from '../quotas/quota-book.js';
import { rateHeaders } from '../quotas/rate-headers.js';
import type { RateKeeper, Standing } from '../quotas/rate-keeper.js';
import { Problem } from './problems.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request. */
    actor: Actor;
    /** Whose timers it is about; its form is checked by the schema of the route. */
    namespace: string;
  }
}

/** What is open without a key: whether we live, and how to use us. */
const open = /^\/(health\/|docs(\/|$)|openapi\.json$)/;
const isNamespace = /^[A-Za-z0-9_-]{1,64}$/;
const fallbackNamespace = 'default';

export interface AccessOptions {
  ring: Pick<KeyRing, 'identify'>;
  book: Pick<QuotaBook, 'of'>;
  rates: Pick<RateKeeper, 'admit'>;
}

/**
 * Gives each request its `actor` and `namespace`, and refuses what the actor may not, or the namespace not so often. Call it
 * before the routes are added.
 */
export function addAccess(app: FastifyInstance, { ring, ...limits }: AccessOptions): void {
  app.decorateRequest('namespace', fallbackNamespace);
  app.decorateRequest('actor');
  app.addHook('onRequest', (request, _reply, done) => {
    const found = isOpen(request) ? anonymous : ring.identify(request.headers.authorization);
    const take = (actor: Actor | null): void => {
      if (actor === null) return done(unauthorized(request));
      request.actor = actor;
      request.namespace = namespaceOf(request);
      done();
    };
    if (found instanceof Promise) found.then(take, done);
    else take(found);
  });
  app.addHook('onRoute', (route) => {
    const requirement = requirementOf(route.schema);
    if (requirement === null || open.test(route.url)) return;
    const authorize = (request: FastifyRequest, reply: FastifyReply, done: Done): void => {
      const refusal = refusalOf(request.actor, requirement, request.namespace);
      if (refusal === null) count(limits, { request, reply, done });
      else done(new Problem('forbidden', refusal));
    };
    route.onRequest = [authorize, ...[route.onRequest ?? []].flat()];
  });
}

type Done = (error?: Error) => void;

/** Counts the request against the rate of its namespace, where that has a limit. */
function count(
  { book, rates }: Omit<AccessOptions, 'ring'>,
  { request, reply, done }: { request: FastifyRequest; reply: FastifyReply; done: Done },
): void {
  const { rate } = book.of(request.namespace);
  // A name that is none is refused by the schema.
  if (rate === null || !isNamespace.test(request.namespace)) return done();
  const take = (standing: Standing): void => {
    const headers = rateHeaders(standing, rate);
    reply.headers(headers);
    if (standing.admitted) return done();
    const again = { ...headers, 'retry-after': String(standing.retryAfterSeconds) };
    const detail = `the namespace "${request.namespace}" may make ${rate.perSecond} requests a second, ${rate.burst} at once`;
    done(new Problem('rate-limited', detail, { headers: again }));
  };
  const standing = rates.admit(request.namespace, rate);
  if (standing instanceof Promise) standing.then(take, done);
  else take(standing);
}

function isOpen(request: FastifyRequest): boolean {
  const { url } = request.routeOptions;
  return url !== undefined && open.test(url);
}

/** That of the path, where the path has one; else that of the header. */
function namespaceOf({ params, headers }: FastifyRequest): string {
  const { ns } = params as { ns?: string };
  const header = headers['carillon-namespace'];
  return ns ?? (typeof header === 'string' ? header : fallbackNamespace);
}

/** RFC 6750, 3.1: who showed nothing is told how, who showed a key is told that it is not good. */
function unauthorized({ headers }: FastifyRequest): Problem {
  const challenge = headers.authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
  return new Problem('unauthorized', 'send a valid key as `Authorization: Bearer KEY`', {
    headers: { 'www-authenticate': challenge },
  });
}
