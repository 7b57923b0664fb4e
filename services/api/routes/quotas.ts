/** What a namespace may use: read it, and give it limits of its own. */
import Type from 'typebox';
import type { QuotaBook } from '../quotas/quota-book.js';
import type { App } from '../plugins/validation.js';
import { problemAnswers } from '../schemas/problem.js';
import { quotaRequest, type QuotaAnswer } from '../schemas/quota.js';
import { namespaceName } from '../schemas/request.js';
import { quotaExamples } from './examples.js';

const tags = ['Quotas'];
const url = '/v1/namespaces/:ns/quotas';
const params = Type.Object({ ns: namespaceName });
const quotaReply = Type.Ref('Quotas#', { description: 'What holds.' });

export interface QuotaRoutes {
  book: Pick<QuotaBook, 'of' | 'put'>;
  /** Throws the problem while nothing may be accepted. */
  accept: () => void;
}

export function addQuotaRoutes(app: App, { book, accept }: QuotaRoutes): void {
  app.get(
    url,
    {
      schema: {
        tags,
        operationId: 'getQuotas',
        summary: 'Read what a namespace may use',
        params,
        response: { 200: quotaReply },
      },
    },
    async ({ params: { ns } }) => describe(ns, book.of(ns)),
  );
  app.put(
    url,
    {
      schema: {
        tags,
        operationId: 'putQuotas',
        summary: 'Say what a namespace may use',
        description: 'All of it at once. Every process of the API keeps to it within 3 seconds.',
        params,
        body: { ...quotaRequest, 'x-examples': quotaExamples },
        response: { 200: quotaReply, ...problemAnswers('too-many-quotas') },
      },
    },
    async ({ actor, params: { ns }, body }) => {
      accept();
      return describe(ns, await book.put(ns, body, actor.name));
    },
  );
}

function describe(namespace: string, { own = {}, limits, rate }: ReturnType<QuotaBook['of']>): QuotaAnswer {
  const { maxActiveTimers, requestsPerSecond } = limits;
  return {
    namespace,
    maxActiveTimers,
    requestsPerSecond,
    burst: rate?.burst ?? null,
    own: Object.keys(own) as (keyof typeof own)[],
  };
}
