/** The API's application without anything behind it: enough to ask which routes it has and how it describes them. */
import { anonymous } from '../../services/api/access/actor.js';
import { buildApp } from '../../services/api/app.js';
import { apiSchema } from '../../services/api/config.js';
import { loadConfig } from '../../shared/config/load.js';
import { createLogger } from '../../shared/telemetry/logger.js';
import { Metrics } from '../../shared/telemetry/metrics.js';
import { ManualClock } from '../support/manual-clock.js';
import { seededRandom } from '../support/seeded-random.js';

/** Anything that touches the store through it fails. */
const nothing = {} as never;

export function describedApp(metrics = new Metrics()): ReturnType<typeof buildApp> {
  return buildApp({
    desk: {
      timers: nothing,
      executions: nothing,
      changes: nothing,
      writer: nothing,
      toucher: nothing,
      events: nothing,
      clock: nothing,
      clocks: nothing,
      quota: nothing,
      retentionMs: 0,
    },
    feed: { stop: () => Promise.resolve() } as never,
    documents: nothing,
    bus: nothing,
    processes: nothing,
    serviceLevels: nothing,
    keys: nothing,
    gate: { book: nothing, rates: nothing, ring: { identify: () => anonymous, forget: () => undefined } },
    presence: { holds: () => false },
    clock: new ManualClock(),
    random: seededRandom(1),
    metrics,
    log: createLogger({ level: 'silent', service: 'api', name: 'api' }),
    checks: {},
    config: { ...loadConfig(apiSchema, {}), mode: 'development', settingsLeadMs: 15_000 },
  });
}
