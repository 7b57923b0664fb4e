/** GET /v1/slo: how well a namespace is served, from what was counted as it happened; no execution is read. */
import Type from 'typebox';
import type { Clock } from '../../../shared/base/clock.js';
import type { ServiceLevelStore } from '../../../shared/store/service-levels.js';
import { quantiles } from '../../../shared/timers/histogram.js';
import {
  countedOnce,
  hourMs,
  minuteMs,
  sumOf,
  type ServiceLevelRow,
} from '../../../shared/timers/service-level.js';
import { invalidRequest } from '../plugins/problems.js';
import type { App } from '../plugins/validation.js';
import { formatInstant, parseInstant } from '../schemas/instant.js';
import { readingHeaders } from '../schemas/request.js';
import { sloQuery, sloWindows, type SloAnswer } from '../schemas/slo.js';

/** Rows of a longer stretch would be too many to add up in an answer. */
const longestMs = 93 * 24 * hourMs;

export interface SloRoutes {
  serviceLevels: Pick<ServiceLevelStore, 'read'>;
  clock: Pick<Clock, 'now'>;
}

type Query = Type.Static<typeof sloQuery>;

export function addSloRoute(app: App, { serviceLevels, clock }: SloRoutes): void {
  app.get(
    '/v1/slo',
    {
      schema: {
        tags: ['Insight'],
        operationId: 'getServiceLevel',
        summary: 'See how punctual the calls are, and how many succeed',
        description:
          'Lateness and success of a namespace in a stretch of time, counted by every process as it happens and stored every five seconds; a process that dies takes the last seconds with it. Of the last two to three hours minutes are kept, of earlier ones hours.',
        headers: readingHeaders,
        querystring: sloQuery,
        response: { 200: Type.Ref('ServiceLevel#', { description: 'The service level.' }) },
      },
    },
    async ({ namespace, query }) => {
      const { from, to } = stretchOf(query, clock.now());
      const begin = from - (from % hourMs);
      const rows = countedOnce(await serviceLevels.read({ namespace, from: begin, to })).filter(
        (row) => row.from + row.spanMs > from,
      );
      return describe(namespace, { from, to }, rows);
    },
  );
}

interface Stretch {
  from: number;
  to: number;
}

function stretchOf({ window, from, to }: Query, now: number): Stretch {
  if (window !== undefined && from !== undefined)
    throw mistake('/window', 'is not sent together with `from`');
  const end = to === undefined ? now : instantOf(to, '/to');
  const lengthMs = sloWindows[window ?? '1h'] * hourMs;
  const begin = from === undefined ? end - lengthMs : instantOf(from, '/from');
  if (begin >= end) throw mistake('/from', 'is not before `to`');
  if (end - begin > longestMs)
    throw mistake('/from', 'is more than 93 days before `to`; ask for less at a time');
  return { from: begin, to: end };
}

function instantOf(sent: string, pointer: string): number {
  const parsed = parseInstant(sent);
  if ('at' in parsed) return parsed.at;
  throw mistake(pointer, parsed.reason);
}

function mistake(pointer: string, detail: string) {
  return invalidRequest([{ pointer, detail, in: 'query' }]);
}

function describe(namespace: string, stretch: Stretch, rows: ServiceLevelRow[]): SloAnswer {
  const { succeeded, failed, aborted, attempts, lateness } = sumOf(rows.map(({ level }) => level));
  const [p50, p99, p999] = quantiles(lateness, [0.5, 0.99, 0.999]).map((ms) => ms && Math.round(ms));
  const ended = succeeded + failed;
  return {
    namespace,
    from: formatInstant(Math.min(...rows.map(({ from }) => from), stretch.from - (stretch.from % minuteMs))),
    to: formatInstant(stretch.to),
    executions: { succeeded, failed, aborted },
    attempts,
    successRate: ended === 0 ? null : succeeded / ended,
    latenessMs: {
      count: Object.values(lateness).reduce((sum, count) => sum + count, 0),
      p50: p50!,
      p99: p99!,
      p999: p999!,
    },
  };
}
