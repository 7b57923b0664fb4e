/**
 * Acknowledged creates a second: nothing falls due. Autocannon counts answers; one that is no success, or a batch with
 * an item refused, counts as an error.
 */
import autocannon from 'autocannon';
import { openWindow, usageColumns } from './window.js';
import { callbackBody } from './load.js';
import { one, scaled, type Workload, type World } from './workload.js';

interface Form {
  path: string;
  connections: number;
  /** Timers in one request. */
  size: number;
  body(timer: object): object;
}

const seconds = 10;
const warmupSeconds = 2;
const hourMs = 3_600_000;

export const acceptWorkloads: readonly Workload[] = [
  accept({
    name: 'accept-single',
    title: 'Accept: single creates',
    told: '100 callers create one timer a request, due in an hour.',
    form: { path: '/v1/timers', connections: 100, size: 1, body: (timer) => timer },
  }),
  accept({
    name: 'accept-batch',
    title: 'Accept: batches',
    told: '4 callers create 1,000 timers a request, due in an hour.',
    form: {
      path: '/v1/timers:batch',
      connections: 4,
      size: 1_000,
      body: (timer) => ({ timers: Array.from({ length: 1_000 }, () => timer) }),
    },
  }),
];

function accept({ form, ...said }: Pick<Workload, 'name' | 'title' | 'told'> & { form: Form }): Workload {
  return {
    ...said,
    columns: [
      { key: 'perSecond', title: 'timers/s' },
      { key: 'p50', title: 'answer p50, ms' },
      { key: 'p99', title: 'answer p99, ms' },
      { key: 'errors', title: 'errors' },
      ...usageColumns,
    ],
    shape: one,
    async run(world) {
      await fire(world, form, scaled(warmupSeconds, world.scale));
      const close = openWindow(world.subject);
      const result = await fire(world, form, scaled(seconds, world.scale));
      const timers = result['2xx'] * form.size;
      const { figures, cpuSeconds } = close(timers);
      return {
        figures: {
          perSecond: timers / result.duration,
          p50: result.latency.p50,
          p99: result.latency.p99,
          errors: result.errors + result.timeouts + result.non2xx + result.mismatches,
          ...figures,
        },
        cpuSeconds,
      };
    },
  };
}

function fire({ subject }: World, form: Form, duration: number): Promise<autocannon.Result> {
  const timer = {
    at: new Date(Date.now() + hourMs).toISOString(),
    target: { url: 'http://127.0.0.1:9/', body: callbackBody },
  };
  return autocannon({
    url: subject.url + form.path,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(form.body(timer)),
    connections: form.connections,
    duration,
    timeout: 60,
    verifyBody: (body) => form.size === 1 || !String(body).includes('"error"'),
  });
}
