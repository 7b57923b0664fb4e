/**
 * The API: takes timers and changes to them, and tells what became of them. Any number of it may run; it holds nothing
 * but the requests under way.
 */
import type { Lifecycle } from '../../shared/base/lifecycle.js';
import type { ClusterConfig } from '../../shared/config/cluster.js';
import type { Bus } from '../../shared/queue/bus.js';
import type { Store } from '../../shared/store/store.js';
import { buildApp, type AppParts } from './app.js';
import type { App } from './plugins/validation.js';
import { TimerWriter } from './timers/timer-writer.js';

export interface ApiDependencies extends Omit<AppParts, 'desk' | 'executions' | 'config'> {
  store: Pick<Store, 'timers' | 'executions'>;
  bus: Bus;
  config: AppParts['config'] & Pick<ClusterConfig, 'settledRetentionMs'>;
}

export class ApiService implements Lifecycle {
  readonly #app: App;
  readonly #writer: TimerWriter;
  readonly #address: { host: string; port: number };
  #started: Promise<void> | null = null;
  #stopped: Promise<void> | null = null;

  /** Throws `invalid-configuration` where production mode has no keys. */
  constructor(dependencies: ApiDependencies) {
    const { store, bus, clock, metrics, config } = dependencies;
    const { timers, executions } = store;
    this.#writer = new TimerWriter({ timers, bus, clock, metrics, waitingLimit: config.apiWaitingLimit });
    const desk = { timers, writer: this.#writer, clock, retentionMs: config.settledRetentionMs };
    this.#app = buildApp({ ...dependencies, desk, executions });
    this.#address = { host: config.apiHost, port: config.apiPort };
  }

  /** Base address, once started. */
  get url(): string {
    const address = this.#app.server.address();
    if (!address || typeof address !== 'object') return '';
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return `http://${isEverywhere(address.address) ? '127.0.0.1' : host}:${address.port}`;
  }

  start(): Promise<void> {
    this.#started ??= this.#app.listen(this.#address).then(() => undefined);
    return this.#started;
  }

  /** Takes no new connection, answers what is under way, and lets the last group be written. */
  stop(): Promise<void> {
    this.#stopped ??= this.#app.close().then(() => this.#writer.drain());
    return this.#stopped;
  }
}

function isEverywhere(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
