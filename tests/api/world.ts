/** The API on an embedded store, reached by inject, with a clock that stands still and a bus that remembers. */
import type { Static } from 'typebox';
import { onTestFinished } from 'vitest';
import { Gate } from '../../services/api/access/gate.js';
import type { KeyRing } from '../../services/api/access/key-ring.js';
import { buildApp } from '../../services/api/app.js';
import { apiSchema, type ApiConfig } from '../../services/api/config.js';
import type { ExecutionAnswer } from '../../services/api/schemas/execution.js';
import type { previewAnswer } from '../../services/api/schemas/preview.js';
import type { ProblemDocument } from '../../services/api/schemas/problem.js';
import type { TimerAnswer } from '../../services/api/schemas/timer.js';
import { EventFeed } from '../../services/api/events/event-feed.js';
import { NamespaceClocks } from '../../services/api/clocks/namespace-clocks.js';
import type { App } from '../../services/api/plugins/validation.js';
import type { QuotaBook } from '../../services/api/quotas/quota-book.js';
import type { RateKeeper } from '../../services/api/quotas/rate-keeper.js';
import { TimerWriter } from '../../services/api/timers/timer-writer.js';
import { Toucher } from '../../services/api/timers/toucher.js';
import type { Store } from '../../shared/store/store.js';
import type { Check } from '../../shared/admin/health.js';
import { CarillonError } from '../../shared/base/errors.js';
import { EventSender } from '../../shared/events/sender.js';
import { loadConfig } from '../../shared/config/load.js';
import { openSqliteStore } from '../../shared/store/sqlite/sqlite-store.js';
import { createLogger } from '../../shared/telemetry/logger.js';
import { Metrics } from '../../shared/telemetry/metrics.js';
import { dayMs } from '../support/factories.js';
import { ManualClock } from '../support/manual-clock.js';
import { seededRandom } from '../support/seeded-random.js';

export const target = { url: 'https://example.test/callback' };

/** Every answer under one type, since a test knows which one it waits for. */
type AnyBody = TimerAnswer &
  ProblemDocument &
  Omit<ExecutionAnswer, 'state'> & {
    data: (TimerAnswer & Omit<ExecutionAnswer, 'state'>)[];
    nextCursor: string | null;
    results: { status: number; id?: string; error?: ProblemDocument }[];
    executions: { id: string; state: string }[];
    occurrences: Static<typeof previewAnswer>['occurrences'];
    now: string;
    target: string;
  };

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: AnyBody;
}

export interface WorldOptions {
  mode?: 'development' | 'production';
  config?: Partial<ApiConfig>;
  checks?: Record<string, Check>;
  /** A world whose store and clock this one shares: another process of the API. */
  beside?: Pick<World, 'store' | 'clock'>;
}

export interface World {
  app: App;
  call(method: string, url: string, sent?: Sent): Promise<Answer>;
  clock: ManualClock;
  metrics: Metrics;
  outage: { away: boolean };
  presence: { isHeld: boolean };
  published: { topic: string; payload: unknown }[];
  ring: KeyRing;
  book: QuotaBook;
  rates: RateKeeper;
  store: Store;
}

export async function openWorld({
  mode = 'development',
  config,
  checks = {},
  beside,
}: WorldOptions = {}): Promise<World> {
  const clock = beside?.clock ?? new ManualClock();
  const wallClock = () => clock.now();
  const store = beside?.store ?? (await openSqliteStore({ path: ':memory:', wallClock }));
  const metrics = new Metrics();
  const outage = { away: false };
  const timers = breakable(store.timers, outage);
  const published: { topic: string; payload: unknown }[] = [];
  const bus = {
    publish: (topic: string, payload: unknown) => void published.push({ topic, payload }),
    subscribe: async () => ({ stop: async () => undefined }),
  };
  const presence = { isHeld: true, holds: () => presence.isHeld };
  const settings = { ...loadConfig(apiSchema, {}), settingsLeadMs: 15_000, ...config, mode };
  const log = createLogger({ level: 'silent', service: 'api', name: 'api' });
  const events = new EventSender({ bus, clock });
  const feed = new EventFeed({ bus, clock, log, metrics, mostListeners: 10, mostKept: 1_000 });
  const waitingLimit = settings.apiWaitingLimit;
  const documents = breakable(store.documents, outage);
  const keys = breakable(store.keys, outage);
  const quotas = breakable(store.quotas, outage);
  const gate = new Gate({ store: { documents, keys, quotas }, clock, log, config: settings });
  const { quota, ring, book, rates } = gate;
  const writer = new TimerWriter({ timers, bus, events, clock, metrics, waitingLimit, quota });
  const toucher = new Toucher({ timers, writer, events, clock, waitingLimit });
  const executions = breakable(store.executions, outage);
  const clocks = new NamespaceClocks({ documents, clock, log, mode });
  const app = buildApp({
    feed,
    desk: {
      timers,
      executions,
      changes: breakable(store.changes, outage),
      writer,
      toucher,
      events,
      clock,
      clocks,
      quota,
      retentionMs: 30 * dayMs,
    },
    documents,
    bus,
    processes: store.processes,
    serviceLevels: store.serviceLevels,
    keys,
    gate,
    presence,
    clock,
    random: seededRandom(1),
    metrics,
    log,
    checks,
    config: settings,
  });
  onTestFinished(async () => {
    await app.close();
    if (!beside) await store.close();
  });

  /** A request; an object as body is sent as JSON. */
  async function call(method: string, url: string, sent: Sent = {}): Promise<Answer> {
    const { body, headers = {} } = sent;
    const answer = await app.inject({
      method,
      url,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const isJson = String(answer.headers['content-type']).includes('json');
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: isJson ? answer.json<AnyBody>() : ({} as AnyBody),
    };
  }

  return { app, call, clock, metrics, outage, presence, published, ring, book, rates, store };
}

export interface Sent {
  body?: unknown;
  headers?: Record<string, string>;
}

/** The same store, until the outage begins. */
function breakable<Role extends object>(role: Role, outage: { away: boolean }): Role {
  return new Proxy(role, {
    get(original, name) {
      const method = Reflect.get(original, name) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) =>
        outage.away
          ? Promise.reject(new CarillonError('store-unavailable', 'cut off by the test'))
          : method.apply(original, args);
    },
  });
}
