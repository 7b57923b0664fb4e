/** The OpenAPI 3.1 document, written from the routes' own schemas, at /openapi.json, and Swagger UI on it at /docs. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { documentProblems, type DocumentedApi } from './documented-problems.js';
import { addPageHeaders } from './security.js';

const description = `At time T, call this URL, whatever breaks in between.

Errors are problem documents (RFC 9457) with a stable \`code\`. Times are RFC 3339, durations ISO 8601; requests may also
write durations as \`1h30m\` or as milliseconds. Unknown fields are refused.`;

export interface OpenApiOptions {
  /** True where callers need no key. */
  open: boolean;
}

/** Call it before the routes are added. */
export function addOpenApi(app: FastifyInstance, { open }: OpenApiOptions): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Carillon',
        version: '0.1.0',
        description,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } as object & { name: string },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'Timers', description: 'The promises: what to call, and when.' },
        { name: 'Executions', description: 'What came of them.' },
        { name: 'Insight', description: 'How it went, and what is to come.' },
        { name: 'Events', description: 'What happens, while it happens.' },
        { name: 'Audit', description: 'Who changed what, when and why.' },
        { name: 'Keys', description: 'Who may call: API keys with roles, for namespaces.' },
        { name: 'Quotas', description: 'How much of it a namespace may use.' },
        {
          name: 'Cluster',
          description: 'The processes that do the work, and what can be set while they run.',
        },
        {
          name: 'Test clocks',
          description: 'A namespace whose time stands until you move it. Development mode only.',
        },
      ],
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      security: [...(open ? [{}] : []), { key: [] }],
    },
    transformObject: (described) =>
      documentProblems(('openapiObject' in described ? described.openapiObject : {}) as DocumentedApi),
    refResolver: { buildLocalReference: ({ $id }) => (typeof $id === 'string' ? $id : 'Part') },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  app.register(async (pages) => {
    await addPageHeaders(pages);
    await pages.register(swaggerUi, {
      routePrefix: '/docs',
      uiConfig: {
        tryItOutEnabled: true,
        docExpansion: 'list',
        defaultModelsExpandDepth: 0,
        displayRequestDuration: true,
      },
    });
  });
}
