/**
 * The HTTP application: which plugins and routes there are, in which order, and the limits of a request. It opens and
 * listens to nothing, so tests inject into it what a service would receive.
 */
import Fastify from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { addHealthRoutes } from '../../shared/admin/admin-server.js';
import type { Checks } from '../../shared/admin/health.js';
import type { Clock } from '../../shared/base/clock.js';
import type { Random } from '../../shared/base/random.js';
import type { ClusterConfig } from '../../shared/config/cluster.js';
import { addSilence } from '../../shared/faults/door.js';
import type { Faults } from '../../shared/faults/faults.js';
import type { Presence } from '../../shared/presence/presence.js';
import type { Bus } from '../../shared/queue/bus.js';
import type { KeyStore } from '../../shared/store/keys.js';
import type { ProcessStore } from '../../shared/store/processes.js';
import type { ServiceLevelStore } from '../../shared/store/service-levels.js';
import type { DocumentStore } from '../../shared/store/store.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import type { Metrics } from '../../shared/telemetry/metrics.js';
import { isOpen } from './access/exposure.js';
import type { KeyRing } from './access/key-ring.js';
import type { ApiConfig } from './config.js';
import { addAccess } from './plugins/access.js';
import { answerClientError } from './plugins/client-errors.js';
import { acceptJsonOnly } from './plugins/json-bodies.js';
import { addMethodsNotAllowed } from './plugins/methods.js';
import { addObservation, requestIds } from './plugins/observation.js';
import { addOpenApi } from './plugins/openapi.js';
import { addProblems, answerProblem, Problem } from './plugins/problems.js';
import { addDataHeaders } from './plugins/security.js';
import { addSilentConnections } from './plugins/silent-connections.js';
import { addStrictness } from './plugins/strictness.js';
import { validatorCompiler, type App } from './plugins/validation.js';
import { Forecaster } from './forecast/forecaster.js';
import type { EventFeed } from './events/event-feed.js';
import { addAudit } from './routes/audit.js';
import { addClusterRoute } from './routes/cluster.js';
import { addEventRoute } from './routes/events.js';
import type { QuotaBook } from './quotas/quota-book.js';
import type { RateKeeper } from './quotas/rate-keeper.js';
import { addExecutionRoutes } from './routes/executions.js';
import { addKeyRoutes } from './routes/keys.js';
import { addQuotaRoutes } from './routes/quotas.js';
import { addSettingsRoutes } from './routes/settings.js';
import { addForecastRoute } from './routes/forecast.js';
import { addSloRoute } from './routes/slo.js';
import { addTestClock } from './routes/test-clock.js';
import { addTimerActions } from './routes/timer-actions.js';
import { addTimerBatchRoute } from './routes/timer-batch.js';
import { addTimerBulk } from './routes/timer-bulk.js';
import { addTimerChanges } from './routes/timer-changes.js';
import { addTimerCreation } from './routes/timer-creation.js';
import { addTimerHistory } from './routes/timer-history.js';
import { addTimerPreview } from './routes/timer-preview.js';
import { addTimerLists } from './routes/timer-lists.js';
import { addTimerReading } from './routes/timer-reading.js';
import { bulkAnswer } from './schemas/bulk.js';
import { clockAnswer } from './schemas/actions.js';
import { changeAnswer, changePage, historyAnswer } from './schemas/change.js';
import { countAnswer } from './schemas/count.js';
import { clusterAnswer } from './schemas/cluster.js';
import { eventAnswer } from './schemas/event.js';
import { executionAnswer, executionPage } from './schemas/execution.js';
import { keyAnswer, keyPage, shownKeyAnswer } from './schemas/key.js';
import { previewAnswer } from './schemas/preview.js';
import { quotaAnswer } from './schemas/quota.js';
import { forecastAnswer } from './schemas/forecast.js';
import { sloAnswer } from './schemas/slo.js';
import { settingsAnswer, settingsVersionAnswer } from './schemas/settings.js';
import { cancelledTimerAnswer, timerAnswer, timerPage } from './schemas/timer.js';
import type { Desk } from './timers/desk.js';
import { PlanSeal } from './timers/plan-seal.js';

export interface AppParts {
  desk: Desk;
  feed: EventFeed;
  documents: DocumentStore;
  keys: KeyStore;
  gate: {
    ring: Pick<KeyRing, 'identify' | 'forget'>;
    book: Pick<QuotaBook, 'of' | 'put'>;
    rates: Pick<RateKeeper, 'admit'>;
  };
  bus: Pick<Bus, 'publish'>;
  processes: Pick<ProcessStore, 'list'>;
  serviceLevels: Pick<ServiceLevelStore, 'read'>;
  presence: Pick<Presence, 'holds'>;
  clock: Clock;
  random: Random;
  metrics: Metrics;
  log: Logger;
  checks: Checks;
  /** Where the fault switch is on. */
  faults?: Faults | null;
  config: ApiConfig & Pick<ClusterConfig, 'mode' | 'settingsLeadMs'>;
}

const answers = [
  timerAnswer,
  timerPage,
  cancelledTimerAnswer,
  bulkAnswer,
  changeAnswer,
  changePage,
  historyAnswer,
  executionAnswer,
  executionPage,
  eventAnswer,
  previewAnswer,
  clockAnswer,
  keyAnswer,
  keyPage,
  shownKeyAnswer,
  quotaAnswer,
  clusterAnswer,
  countAnswer,
  settingsAnswer,
  settingsVersionAnswer,
  sloAnswer,
  forecastAnswer,
];

/** Builds the application. */
export function buildApp(parts: AppParts): App {
  const { desk, presence, random, metrics, log, config, faults } = parts;
  const app = createServer(config, random);
  app.setValidatorCompiler(validatorCompiler);
  if (faults) addSilence(app, faults, () => faults.dead);
  acceptJsonOnly(app);
  addSilentConnections(app);
  addProblems(app, log);
  addObservation(app, { metrics, log });
  addAccess(app, parts.gate);
  addOpenApi(app, { open: isOpen(config) });
  for (const schema of answers) app.addSchema(schema);
  const accept = (): void => {
    if (presence.holds()) return;
    throw new Problem(
      'store-unavailable',
      'the store or its clock cannot be relied on now; nothing was done',
    );
  };
  const exampleUrl = `http://127.0.0.1:${config.apiPort || 3000}/health/live`;
  // In a scope of its own, so that it comes after the plugins that collect routes.
  app.register(async (scope: App) => {
    const notAllowed = addMethodsNotAllowed(scope);
    addDataHeaders(scope);
    addStrictness(scope);
    const writing = { desk, accept, exampleUrl };
    addTimerCreation(scope, writing);
    addTimerBatchRoute(scope, writing);
    addTimerReading(scope, desk.timers);
    addTimerLists(scope, desk.timers);
    addTimerChanges(scope, writing);
    addTimerActions(scope, writing);
    addTimerHistory(scope, writing);
    addTimerBulk(scope, { ...writing, seal: new PlanSeal(parts.documents) });
    addTimerPreview(scope, desk);
    addExecutionRoutes(scope, desk.executions);
    addEventRoute(scope, parts.feed);
    addAudit(scope, desk.changes);
    addSloRoute(scope, parts);
    addForecastRoute(scope, new Forecaster(desk.timers, parts.clock));
    addTestClock(scope, { desk: { ...parts, ...desk }, accept, mode: config.mode });
    addKeyRoutes(scope, { desk: { ...parts, ring: parts.gate.ring }, accept });
    addQuotaRoutes(scope, { book: parts.gate.book, accept });
    addClusterRoute(scope, parts);
    addSettingsRoutes(scope, { ...parts, accept, leadMs: config.settingsLeadMs });
    addHealthRoutes(scope, parts.checks, parts.clock);
    notAllowed.finish();
  });
  return app;
}

function createServer({ apiBodyLimitBytes }: ApiConfig, random: Random): App {
  return Fastify({
    bodyLimit: apiBodyLimitBytes,
    requestTimeout: 30_000,
    keepAliveTimeout: 75_000,
    http: { headersTimeout: 15_000, maxHeaderSize: 16_384, requireHostHeader: false },
    forceCloseConnections: 'idle',
    // While closing, what still arrives is answered rather than refused: the store closes after us.
    return503OnClosing: false,
    trustProxy: false,
    requestIdHeader: false,
    genReqId: requestIds(random),
    routerOptions: { maxParamLength: 512 },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply),
    clientErrorHandler: answerClientError,
  }).withTypeProvider<TypeBoxTypeProvider>();
}
