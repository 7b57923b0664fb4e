/**
 * Nothing is accepted and ignored: a route that names no query parameters takes none, and one that names no body takes
 * none. Every route follows, whoever adds it.
 */
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { isObject } from '../definition/merge-patch.js';
import { invalidRequest, Problem } from './problems.js';
import type { App } from './validation.js';

const nothing = Type.Object({}, { additionalProperties: false });

/** Call it before the routes are added. */
export function addStrictness(app: App): void {
  // An expectation that we do not know is ours to ignore (RFC 9110, 10.1.1); Node would answer 417, without a document.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.addHook('onRequest', demandHost);
  app.addHook('onRoute', (route) => {
    if (route.schema?.hide) return;
    route.schema = { querystring: nothing, ...route.schema };
    if (route.schema.body === undefined)
      route.preValidation = [refuseBody, ...[route.preValidation ?? []].flat()];
  });
}

/** RFC 9112, 3.2. Node would say so without a problem document. */
function demandHost({ raw }: FastifyRequest, _reply: unknown, done: (error?: Error) => void): void {
  const hosts = raw.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length;
  const isFine = hosts === 1 || (hosts === 0 && raw.httpVersion !== '1.1');
  done(isFine ? undefined : new Problem('malformed-request', 'send the `host` header, once'));
}

function refuseBody({ body }: FastifyRequest, _reply: unknown, done: (error?: Error) => void): void {
  const isNothing = body === undefined || (isObject(body) && Object.keys(body).length === 0);
  const mistake = { pointer: '', detail: 'is not taken here; leave the body out', in: 'body' } as const;
  done(isNothing ? undefined : invalidRequest([mistake]));
}
