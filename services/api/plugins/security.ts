/**
 * Who may call, and what browsers may do with an answer. API keys are static here: one secret, everything allowed;
 * keys with roles and namespaces take the place of `KeyRing`. Keys are compared by digest, so time tells nothing of them.
 */
import { hash } from 'node:crypto';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import { CarillonError } from '../../../shared/base/errors.js';
import { Problem } from './problems.js';

export interface KeyOptions {
  mode: 'development' | 'production';
  apiKeys?: readonly string[];
}

/** What is open without a key: whether we live, and how to use us. */
const open = /^\/(health\/|docs(\/|$)|openapi\.json$)/;

/** Demands a key of every route that is not open, if any keys are configured. Throws `invalid-configuration` without keys in production. */
export function addKeys(app: FastifyInstance, { mode, apiKeys = [] }: KeyOptions): void {
  if (apiKeys.length === 0) {
    if (mode === 'development') return;
    throw new CarillonError('invalid-configuration', 'CARILLON_API_KEYS is required in production mode');
  }
  const digests = new Set(apiKeys.map(digest));
  app.addHook('onRequest', (request, _reply, done) => {
    const url = request.routeOptions.url;
    if (url !== undefined && open.test(url)) return done();
    const [scheme, key] = request.headers.authorization?.split(' ') ?? [];
    if (scheme?.toLowerCase() === 'bearer' && key !== undefined && digests.has(digest(key))) return done();
    done(
      new Problem('unauthorized', 'send a valid key as `Authorization: Bearer KEY`', {
        headers: { 'www-authenticate': 'Bearer' },
      }),
    );
  });
}

function digest(key: string): string {
  return hash('sha256', key, 'base64');
}

/** For answers that are data: never a page, whatever a browser is told. */
export function addDataHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff');
    done();
  });
}

/**
 * For pages: everything from here, nothing from elsewhere, no framing. They are served over plain http too, so nothing
 * tells the browser to insist on https; that is for whoever terminates TLS.
 */
export async function addPageHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    hsts: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        // Swagger UI styles elements inline.
        styleSrc: ["'self'", "'unsafe-inline'"],
      },
    },
  });
}
