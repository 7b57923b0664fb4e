/**
 * What each request leaves behind: its id on the answer, its count and duration by route. Nothing is logged for a
 * request that went well and was not slow.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Random } from '../../../shared/base/random.js';
import type { Logger } from '../../../shared/telemetry/logger.js';
import { millisecondBuckets, type Metrics } from '../../../shared/telemetry/metrics.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer is a stream without an end: how long it takes says nothing. */
    goesOn?: boolean;
  }
}

const slowMs = 1_000;
const saneId = /^[A-Za-z0-9_.:-]{1,128}$/;

/** For Fastify's `genReqId`: the caller's `x-request-id` where it is sane, one of our own otherwise. */
export function requestIds(random: Random): (request: IncomingMessage) => string {
  const prefix = Math.floor(random.next() * 36 ** 6)
    .toString(36)
    .padStart(6, '0');
  let count = 0;
  return ({ headers }) => {
    const given = headers['x-request-id'];
    return typeof given === 'string' && saneId.test(given) ? given : `${prefix}-${(++count).toString(36)}`;
  };
}

export interface Observation {
  metrics: Metrics;
  log: Logger;
}

/** Call it before the routes are added: each gets counters of its own, made once. */
export function addObservation(app: FastifyInstance, { metrics, log }: Observation): void {
  const requests = metrics.counter({
    name: 'api_requests',
    help: 'requests by route and class of status',
    labels: ['method', 'route', 'status'],
  });
  const durations = metrics.histogram({
    name: 'api_request_duration_ms',
    help: 'from the first byte of a request to the end of its answer, milliseconds',
    labels: ['route'],
    buckets: millisecondBuckets,
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onRoute', (route) => {
    const duration = durations.labels(route.url);
    const counters = [1, 2, 3, 4, 5].map((digit) =>
      requests.labels(String([route.method].flat()[0]), route.url, `${digit}xx`),
    );
    const observe = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
      const ms = reply.elapsedTime;
      counters[Math.floor(reply.statusCode / 100) - 1]?.inc();
      if (route.config?.goesOn) return done();
      duration.observe(ms);
      if (ms > slowMs)
        log.warn({ requestId: request.id, route: route.url, ms: Math.round(ms) }, 'a request was slow');
      done();
    };
    route.onResponse = [...[route.onResponse ?? []].flat(), observe];
  });
}
