/**
 * The one place that says of a request who makes it and for which namespace, and whether they may: for every route there
 * is and will be, before the route runs. What is refused here was not looked up, so a refusal tells nothing of what exists.
 * API keys are static here: one secret, everything allowed. Keys are compared by digest, so time tells nothing of them.
 */
import { hash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CarillonError } from '../../../shared/base/errors.js';
import { anonymous, everywhere, refusalOf, type Actor } from '../access/actor.js';
import { requirementOf } from '../access/operations.js';
import { Problem } from './problems.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request. */
    actor: Actor;
    /** Whose timers it is about; its form is checked by the schema of the route. */
    namespace: string;
  }
}

export interface AccessOptions {
  mode: 'development' | 'production';
  apiKeys?: readonly string[];
}

/** What is open without a key: whether we live, and how to use us. */
const open = /^\/(health\/|docs(\/|$)|openapi\.json$)/;
const fallbackNamespace = 'default';

/**
 * Gives each request its `actor` and `namespace`, and refuses what the actor may not. Call it before the routes are added.
 * Throws `invalid-configuration` without keys in production.
 */
export function addAccess(app: FastifyInstance, options: AccessOptions): void {
  const identify = identifierOf(options);
  app.decorateRequest('namespace', fallbackNamespace);
  app.decorateRequest('actor');
  app.addHook('onRequest', (request, _reply, done) => {
    const actor = identify(request.headers.authorization) ?? (isOpen(request) ? anonymous : null);
    if (actor === null) return done(unauthorized());
    request.actor = actor;
    request.namespace = namespaceOf(request);
    done();
  });
  app.addHook('onRoute', (route) => {
    const requirement = requirementOf(route.schema);
    if (requirement === null || open.test(route.url)) return;
    const authorize = (request: FastifyRequest, _reply: unknown, done: (error?: Error) => void): void => {
      const refusal = refusalOf(request.actor, requirement, request.namespace);
      done(refusal === null ? undefined : new Problem('forbidden', refusal));
    };
    route.onRequest = [authorize, ...[route.onRequest ?? []].flat()];
  });
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

/** From the header `authorization` to the actor; null for a key that is missing or wrong. */
function identifierOf({ mode, apiKeys = [] }: AccessOptions): (header: string | undefined) => Actor | null {
  if (apiKeys.length === 0) {
    if (mode === 'development') return () => anonymous;
    throw new CarillonError('invalid-configuration', 'CARILLON_API_KEYS is required in production mode');
  }
  const actors = new Map(
    apiKeys.map((key, i): [string, Actor] => [
      digest(key),
      { name: `bootstrap-${i + 1}`, keyId: null, role: 'admin', namespaces: [everywhere] },
    ]),
  );
  return (header) => {
    const [scheme, key] = header?.split(' ') ?? [];
    if (scheme?.toLowerCase() !== 'bearer' || key === undefined) return null;
    return actors.get(digest(key)) ?? null;
  };
}

function unauthorized(): Problem {
  return new Problem('unauthorized', 'send a valid key as `Authorization: Bearer KEY`', {
    headers: { 'www-authenticate': 'Bearer' },
  });
}

function digest(key: string): string {
  return hash('sha256', key, 'base64');
}
