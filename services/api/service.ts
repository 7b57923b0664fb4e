/**
 * The API: takes timers and changes to them, and tells what became of them. Any number of it may run; it holds nothing
 * but the requests under way.
 */
import type { Lifecycle } from '../../shared/base/lifecycle.js';
import type { Bus } from '../../shared/queue/bus.js';
import type { Store } from '../../shared/store/store.js';
import { EventSender } from '../../shared/events/sender.js';
import { retentionOf, type RetentionConfig } from '../../shared/timers/retention.js';
import { Gate } from './access/gate.js';
import { NamespaceClocks } from './clocks/namespace-clocks.js';
import { buildApp, type AppParts } from './app.js';
import type { App } from './plugins/validation.js';
import { EventFeed } from './events/event-feed.js';
import { TimerWriter } from './timers/timer-writer.js';
import { Toucher } from './timers/toucher.js';

/** What the service makes of the store and the bus. */
type Assembled = 'desk' | 'feed' | 'documents' | 'keys' | 'gate' | 'processes' | 'serviceLevels' | 'config';

export interface ApiDependencies extends Omit<AppParts, Assembled> {
  store: Pick<
    Store,
    'timers' | 'executions' | 'changes' | 'documents' | 'keys' | 'quotas' | 'processes' | 'serviceLevels'
  >;
  bus: Bus;
  config: AppParts['config'] & RetentionConfig;
}

export class ApiService implements Lifecycle {
  readonly #app: App;
  readonly #events: EventSender;
  readonly #feed: EventFeed;
  readonly #writer: TimerWriter;
  readonly #toucher: Toucher;
  readonly #clocks: NamespaceClocks;
  readonly #gate: Gate;
  readonly #address: { host: string; port: number };
  #started: Promise<void> | null = null;
  #stopped: Promise<void> | null = null;

  constructor(dependencies: ApiDependencies) {
    const { store, bus, clock, metrics, log, config } = dependencies;
    const { timers, executions, changes, documents, keys, processes, serviceLevels } = store;
    const waitingLimit = config.apiWaitingLimit;
    const gate = new Gate(dependencies);
    const { quota } = gate;
    const events = new EventSender(dependencies);
    const feed = new EventFeed({
      ...dependencies,
      mostListeners: config.apiEventListeners,
      mostKept: config.apiEventsKept,
    });
    const writer = new TimerWriter({ timers, bus, events, clock, metrics, waitingLimit, quota });
    const toucher = new Toucher({ timers, writer, events, clock, waitingLimit });
    const clocks = new NamespaceClocks({ documents, clock, log, mode: config.mode });
    const retentionMs = retentionOf(config).cancelled;
    const desk = { timers, executions, changes, writer, toucher, events, clock, clocks, quota, retentionMs };
    this.#app = buildApp({ ...dependencies, desk, feed, gate, documents, keys, processes, serviceLevels });
    this.#gate = gate;
    this.#events = events;
    this.#feed = feed;
    this.#writer = writer;
    this.#toucher = toucher;
    this.#clocks = clocks;
    this.#address = { host: config.apiHost, port: config.apiPort };
  }

  /** Base address, once started. */
  get url(): string {
    const address = this.#app.server.address();
    if (!address || typeof address !== 'object') return '';
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return `http://${isEverywhere(address.address) ? '127.0.0.1' : host}:${address.port}`;
  }

  /** Rejects with `invalid-configuration` where it would be open to more than it may. */
  start(): Promise<void> {
    this.#started ??= this.#start();
    return this.#started;
  }

  /** Takes no new connection, answers what is under way, and lets the last group be written. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #start(): Promise<void> {
    await this.#gate.start();
    this.#clocks.start();
    await Promise.all([this.#events.start(), this.#feed.start()]);
    await this.#app.listen(this.#address);
  }

  async #stop(): Promise<void> {
    await this.#app.close();
    await Promise.all([this.#writer.drain(), this.#toucher.drain()]);
    await Promise.all([this.#clocks.stop(), this.#events.stop(), this.#feed.stop(), this.#gate.stop()]);
  }
}

function isEverywhere(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
