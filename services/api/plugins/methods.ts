/** A known route with another method is 405 and says which methods there are, rather than 404. */
import type { FastifyInstance } from 'fastify';
import { Problem } from './problems.js';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Gives each route its 405 for the methods it lacks. Call it before the routes; they are added once all are known. */
export function addMethodsNotAllowed(app: FastifyInstance): { finish(): void } {
  const allowed = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = allowed.get(url) ?? new Set<string>();
    for (const one of [method].flat()) known.add(one);
    allowed.set(url, known);
  });
  return {
    finish() {
      for (const [url, known] of [...allowed]) {
        const allow = [...known].join(', ');
        const refuse = (): never => {
          throw new Problem('method-not-allowed', `this route has ${allow}`, { headers: { allow } });
        };
        app.route({
          method: methods.filter((method) => !known.has(method)),
          url,
          schema: { hide: true },
          onRequest: async () => refuse(),
          handler: refuse,
        });
      }
    },
  };
}
