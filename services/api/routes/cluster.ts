/** GET /v1/cluster: reads the store only, so it answers with every kind of coordination, and while nobody leads. */
import Type from 'typebox';
import type { Clock } from '../../../shared/base/clock.js';
import { chronicleDocument, emptyChronicle, type Chronicle } from '../../../shared/cluster/chronicle.js';
import type { ProcessStore } from '../../../shared/store/processes.js';
import type { DocumentStore } from '../../../shared/store/store.js';
import { describeCluster } from '../cluster/cluster-view.js';
import type { App } from '../plugins/validation.js';

export interface ClusterRoutes {
  processes: Pick<ProcessStore, 'list'>;
  documents: Pick<DocumentStore, 'read'>;
  clock: Pick<Clock, 'now'>;
}

export function addClusterRoute(app: App, { processes, documents, clock }: ClusterRoutes): void {
  app.get(
    '/v1/cluster',
    {
      schema: {
        tags: ['Cluster'],
        operationId: 'getCluster',
        summary: 'See who is there, who leads and who owns what',
        description: 'As each process told of itself last, once a second; the same in every namespace.',
        response: {
          200: Type.Ref('Cluster#', { description: 'The cluster.' }),
        },
      },
    },
    async () => {
      const [rows, document] = await Promise.all([processes.list(), documents.read(chronicleDocument)]);
      const chronicle = (document?.value as Chronicle | undefined) ?? emptyChronicle;
      return describeCluster({ rows, chronicle, now: clock.now() });
    },
  );
}
