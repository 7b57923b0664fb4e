/** Requests that Swagger UI offers. Each works as it is: the target is this API itself. */

const later = '2035-01-31T09:00:00+01:00';

export function definitionExamples(url: string): Record<string, { summary: string; value: object }> {
  return {
    soon: { summary: 'in ten seconds', value: { delay: '10s', target: { url, method: 'GET' } } },
    dated: {
      summary: 'at an instant, with retries, tags and metadata',
      value: {
        at: later,
        target: { url, method: 'GET', headers: { accept: 'application/json' }, timeout: 'PT10S' },
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
    posting: {
      summary: 'with a JSON body (put a receiver of your own as the url)',
      value: {
        delay: 'PT1H30M',
        target: { url, method: 'POST', headers: { 'x-shop': 'north' }, body: { order: 17, remind: true } },
      },
    },
  };
}

export const patchExamples = {
  postpone: { summary: 'one hour from now', value: { delay: '1h' } },
  label: {
    summary: 'other tags, one metadata entry removed',
    value: { tags: ['later'], metadata: { customer: null } },
  },
};

export function batchExamples(url: string): Record<string, { summary: string; value: object }> {
  const { soon } = definitionExamples(url);
  return {
    two: { summary: 'two timers', value: { timers: [soon!.value, { ...soon!.value, delay: '20s' }] } },
  };
}
