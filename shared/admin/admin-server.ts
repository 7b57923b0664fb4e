/**
 * The admin port that every service has, apart from anything public: /health/live, /health/ready, /metrics,
 * /internal/self, /internal/faults, and the calls of our other processes. It keeps no state and answers while the service's dependencies are away.
 */
import { hostname } from 'node:os';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Clock } from '../base/clock.js';
import { addFaultSwitch } from '../faults/door.js';
import type { Faults } from '../faults/faults.js';
import type { Lifecycle } from '../base/lifecycle.js';
import { largestBodyBytes, rpcPath, secretHeader } from '../rpc/rpc.js';
import type { RpcServer } from '../rpc/server.js';
import type { Metrics } from '../telemetry/metrics.js';
import { readiness, type Checks } from './health.js';

export interface AdminOptions {
  host: string;
  port: number;
  checks: Checks;
  metrics: Metrics;
  clock: Clock;
  rpc: RpcServer;
  /** Where the fault switch is on. */
  faults?: Faults | null;
  self(): Self;
}

/** What a process says of itself. */
export interface Self {
  /** The incarnation. */
  id: string;
  name: string;
  service: string;
  pid: number;
  role: string;
  term: number;
  ringVersion: number;
  settingsVersion: number;
}

export class AdminServer implements Lifecycle {
  readonly #options: AdminOptions;
  readonly #app: FastifyInstance = Fastify({ forceCloseConnections: true });

  constructor(options: AdminOptions) {
    this.#options = options;
    addFaultSwitch(this.#app, options.faults ?? null);
    addHealthRoutes(this.#app, options.checks, options.clock);
    this.#app.get('/metrics', async (_request, reply) => {
      const { contentType, text } = await options.metrics.expose();
      return reply.type(contentType).send(text);
    });
    this.#app.get('/internal/self', () => options.self());
    addRpcRoute(this.#app, options.rpc);
  }

  /** Base address, once started. Where it listens on every address, it is under the host's name that others find it. */
  get url(): string {
    const address = this.#app.server.address();
    if (!address || typeof address !== 'object') return '';
    const { host } = this.#options;
    return `http://${host === '0.0.0.0' || host === '::' ? hostname() : host}:${address.port}`;
  }

  async start(): Promise<void> {
    await this.#app.listen({ host: this.#options.host, port: this.#options.port });
  }

  async stop(): Promise<void> {
    await this.#app.close();
  }
}

/** /health/live answers while the process runs; /health/ready is 503 and says which dependency is missing until all are there. */
export function addHealthRoutes(app: FastifyInstance, checks: Checks, clock: Clock): void {
  app.get('/health/live', { schema: { hide: true } }, () => ({ live: true }));
  app.get('/health/ready', { schema: { hide: true } }, async (_request, reply) => {
    const answer = await readiness(checks, clock);
    return reply.code(answer.ready ? 200 : 503).send(answer);
  });
}

function addRpcRoute(app: FastifyInstance, rpc: RpcServer): void {
  app.post<{ Params: { name: string } }>(
    `${rpcPath}/:name`,
    { bodyLimit: largestBodyBytes },
    async ({ params, headers, body }, reply) => {
      const answer = await rpc.answer({ name: params.name, secret: headers[secretHeader], body });
      return reply.code(answer.status).type('application/json').send(JSON.stringify(answer.body));
    },
  );
}
