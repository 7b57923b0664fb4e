/**
 * Nothing is accepted and ignored: a route that names no query parameters takes none, and one that names no body takes
 * none. Every route follows, whoever adds it.
 */
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { isObject } from '../definition/merge-patch.js';
import { invalidRequest } from './problems.js';
import type { App } from './validation.js';

const nothing = Type.Object({}, { additionalProperties: false });

/** Call it before the routes are added. */
export function addStrictness(app: App): void {
  app.addHook('onRoute', (route) => {
    if (route.schema?.hide) return;
    route.schema = { querystring: nothing, ...route.schema };
    if (route.schema.body === undefined)
      route.preValidation = [refuseBody, ...[route.preValidation ?? []].flat()];
  });
}

function refuseBody({ body }: FastifyRequest, _reply: unknown, done: (error?: Error) => void): void {
  const isNothing = body === undefined || (isObject(body) && Object.keys(body).length === 0);
  const mistake = { pointer: '', detail: 'is not taken here; leave the body out', in: 'body' } as const;
  done(isNothing ? undefined : invalidRequest([mistake]));
}
