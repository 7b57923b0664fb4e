/** Requests that Swagger UI offers. Each works as it is: the target is this API itself. */

type Examples = Record<string, { summary: string; value: object }>;

const later = '2035-01-31T09:00:00+01:00';

export function definitionExamples(url: string): Examples {
  const target = { url, method: 'GET' };
  return {
    soon: { summary: 'in ten seconds', value: { delay: '10s', target } },
    dated: {
      summary: 'at an instant, with retries, tags and metadata',
      value: {
        at: later,
        target: { ...target, headers: { accept: 'application/json' }, timeout: 'PT10S' },
        retries: {
          maxAttempts: 8,
          backoff: 'exponential',
          base: '2s',
          maxDelay: '15m',
          retryOn: ['network', 'timeout', '5xx', 429],
        },
        tags: ['reminder'],
        metadata: { customer: '4711' },
      },
    },
    ...scheduleExamples(target),
    posting: {
      summary: 'with a JSON body (put a receiver of your own as the url)',
      value: {
        delay: 'PT1H30M',
        target: { url, method: 'POST', headers: { 'x-shop': 'north' }, body: { order: 17, remind: true } },
      },
    },
  };
}

/** One of each kind that goes on, and what a delay is good for. */
function scheduleExamples(target: object): Examples {
  return {
    cron: {
      summary: 'on weekdays at half past two in Berlin, not on Christmas, one at a time',
      value: {
        cron: '30 2 * * MON-FRI',
        timezone: 'Europe/Berlin',
        dst: { gap: 'shift', fold: 'first' },
        exclusions: { dates: ['2034-12-25', '2034-12-26'] },
        misfire: { policy: 'latest', window: 'PT15M' },
        overlap: 'skip',
        target,
      },
    },
    every: {
      summary: 'every quarter of an hour, aligned, spread over a minute, a hundred times',
      value: { every: 'PT15M', anchor: '2030-01-01T00:00:00Z', jitter: '1m', maxRuns: 100, target },
    },
    localTime: {
      summary: 'once, at a local time',
      value: { localTime: '2034-12-31T23:59:30', timezone: 'Asia/Tokyo', target },
    },
    watchdog: {
      summary: 'a watchdog: fires unless it is touched within five minutes',
      value: { delay: 'PT5M', tags: ['watchdog'], target },
    },
  };
}

export const patchExamples: Examples = {
  postpone: { summary: 'one hour from now', value: { delay: '1h' } },
  label: {
    summary: 'other tags, one metadata entry removed',
    value: { tags: ['later'], metadata: { customer: null } },
  },
  cron: {
    summary: 'each morning instead',
    value: { cron: '0 8 * * *', timezone: 'Europe/Berlin' },
  },
};

export function batchExamples(url: string): Examples {
  const { soon } = definitionExamples(url);
  return {
    two: { summary: 'two timers', value: { timers: [soon!.value, { ...soon!.value, delay: '20s' }] } },
  };
}

export const previewExamples: Examples = {
  gap: {
    summary: 'a night on which 02:30 does not exist',
    value: {
      timer: { cron: '30 2 * * *', timezone: 'Europe/Berlin' },
      from: '2034-03-24T00:00:00Z',
      count: 5,
    },
  },
};

export const timerCountExamples: Examples = {
  all: { summary: 'all of the namespace', value: { filter: {} } },
  tomorrow: {
    summary: 'with a tag, due before an instant',
    value: { filter: { tag: 'reminder', dueBefore: later } },
  },
};

export const executionCountExamples: Examples = {
  failed: {
    summary: 'those that failed for good',
    value: { filter: { state: 'failed', scheduledAfter: '2030-01-01T00:00:00Z' } },
  },
};

export const pauseExamples: Examples = {
  open: { summary: 'until it is resumed', value: { reason: 'the shop is closed' } },
  tonight: { summary: 'for eight hours', value: { reason: 'maintenance', until: 'PT8H' } },
};

export const runExamples: Examples = {
  once: { summary: 'the same run, however often it is sent', value: { id: 'by-hand-1' } },
};

const byFilter = { filter: { tag: 'reminder', dueBefore: later }, plan: true };

export const cancelExamples: Examples = {
  plan: { summary: 'what would be cancelled', value: byFilter },
};

export const rescheduleExamples: Examples = {
  plan: { summary: 'what would be due an hour later', value: { ...byFilter, by: '+PT1H' } },
  named: { summary: 'this one, to an instant', value: { timers: [{ id: 'tea' }], to: { at: later } } },
};

export const restoreExamples: Examples = {
  first: { summary: 'as it was made', value: { generation: 1, reason: 'the change was a mistake' } },
};

export const clockExamples: Examples = {
  year: { summary: 'at the beginning of a year', value: { now: '2034-01-01T00:00:00Z' } },
};

export const advanceExamples: Examples = {
  day: { summary: 'a day', value: { by: 'P1D' } },
};

export const settingsExamples: Examples = {
  pause: { summary: 'no callback leaves, as soon as may be', value: { settings: { dispatchPaused: true } } },
  resume: { summary: 'as configured again, as soon as may be', value: { settings: {} } },
  tuned: {
    summary: 'at an instant',
    value: { effectiveFrom: later, settings: { lookAheadMs: 5_000, workerConcurrency: 50 } },
  },
};

export const keyExamples: Examples = {
  shop: {
    summary: 'for a service that makes timers',
    value: { name: 'shop-backend', role: 'writer', namespaces: ['shop'], expiresAt: later },
  },
  everywhere: {
    summary: 'for who watches over everything',
    value: { name: 'on-call', description: 'dashboard', role: 'reader', namespaces: ['*'] },
  },
};

export const rotationExamples: Examples = {
  hour: { summary: 'both secrets are good for an hour', value: { overlap: 'PT1H' } },
  leaked: { summary: 'the present secret has leaked', value: { overlap: 0 } },
};

export const quotaExamples: Examples = {
  small: {
    summary: 'a small team',
    value: { maxActiveTimers: 10_000, requestsPerSecond: 50, burst: 200 },
  },
  configured: { summary: 'as configured', value: {} },
};
