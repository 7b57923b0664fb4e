/** GET /v1/forecast: what will call which destination hour by hour, from what is scheduled. */
import Type from 'typebox';
import { spreadHours } from '../../../shared/timers/forecast.js';
import type { Forecasted, Forecaster } from '../forecast/forecaster.js';
import type { App } from '../plugins/validation.js';
import { forecastQuery, type ForecastAnswer } from '../schemas/forecast.js';
import { formatInstant } from '../schemas/instant.js';
import { readingHeaders } from '../schemas/request.js';

const usualDays = 7;
const mostHosts = 1_000;

export function addForecastRoute(app: App, forecaster: Forecaster): void {
  app.get(
    '/v1/forecast',
    {
      schema: {
        tags: ['Insight'],
        operationId: 'getForecast',
        summary: 'See how many calls each destination will get, hour by hour',
        description:
          'From the schedules of active timers, with their jitter; retries, and what is under way already, are not in it. Kept for a minute, or ten times as long as it took.',
        headers: readingHeaders,
        querystring: forecastQuery,
        response: { 200: Type.Ref('Forecast#', { description: 'The forecast.' }) },
      },
    },
    async ({ namespace, query: { days = usualDays, host, limit } }) =>
      describe(await forecaster.of({ namespace, days }), { namespace, host, limit }),
  );
}

interface Wish {
  namespace: string;
  host: string | undefined;
  limit: number | undefined;
}

function describe(
  forecasted: Forecasted,
  { namespace, host: wanted, limit = Infinity }: Wish,
): ForecastAnswer {
  const hosts = [...forecasted.hosts]
    .filter(([host]) => wanted === undefined || host === wanted)
    .map(([host, hours]) => ({ host, hours, calls: sum(hours.values()) }))
    .filter(({ calls }) => calls > 0)
    .sort((one, other) => other.calls - one.calls);
  const further = hosts.slice(mostHosts);
  return {
    namespace,
    from: formatInstant(forecasted.from),
    until: formatInstant(forecasted.until),
    completeUntil: formatInstant(forecasted.completeUntil),
    timers: forecasted.timers,
    hosts: hosts.slice(0, mostHosts).map(({ host, hours, calls }) => {
      const shown = [...hours].sort(([one], [other]) => one - other).map(describeHour);
      const spread = spreadHours(hours, limit);
      return {
        ...{ host, calls, hours: shown, above: shown.filter((hour) => hour.calls > limit) },
        suggestedJitter: spread === null ? null : `PT${spread}H`,
      };
    }),
    furtherHosts: { hosts: further.length, calls: sum(further.map(({ calls }) => calls)) },
  };
}

function describeHour([from, calls]: [number, number]) {
  return { from: formatInstant(from), calls };
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, one) => total + one, 0);
}
