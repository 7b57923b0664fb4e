/** GET /v1/events: what happens, while it happens, as server-sent events. */
import Type from 'typebox';
import type { EventFeed } from '../events/event-feed.js';
import type { EventStream } from '../events/event-stream.js';
import type { App } from '../plugins/validation.js';
import { eventQuery } from '../schemas/event.js';
import { problemAnswers } from '../schemas/problem.js';
import { readingHeaders } from '../schemas/request.js';

const headers = Type.Object({
  ...readingHeaders.properties,
  'last-event-id': Type.Optional(
    Type.String({
      maxLength: 128,
      description: 'the id of the last event that was heard, to go on after it',
    }),
  ),
});

const description = `A stream of server-sent events that goes on until one side ends it. Each is named by its kind and has an
\`Event\` as data. \`ready\` comes first. \`dropped\` with a \`count\`: so many are missing here, because you took them too slowly
or they were lost on the way. \`reset\`: what happened since \`Last-Event-ID\` is not kept any more; read anew what you show. After
a break a few events may come twice; they have the same id. Events are hints: what counts is what the other operations answer.`;

export function addEventRoute(app: App, feed: EventFeed): void {
  // Before the server waits for requests to end: these end only so.
  app.addHook('preClose', () => feed.stop());
  app.get(
    '/v1/events',
    {
      config: { goesOn: true },
      schema: {
        tags: ['Events'],
        operationId: 'listenToEvents',
        summary: 'Listen to what happens',
        description: description.replaceAll('\n', ' '),
        headers,
        querystring: eventQuery,
        response: {
          200: {
            description: 'The stream.',
            content: { 'text/event-stream': { schema: Type.Unsafe<EventStream>({ type: 'string' }) } },
          },
          ...problemAnswers('too-many-listeners'),
        },
      },
    },
    async ({ namespace, headers, query }, reply) => {
      const { kinds, ...filter } = query;
      const listening = {
        namespace,
        filter: { ...filter, ...(kinds !== undefined && { kinds: kinds.split(',') }) },
      };
      const stream = await feed.listen(listening, headers['last-event-id']);
      reply.type('text/event-stream').header('cache-control', 'no-store').header('x-accel-buffering', 'no');
      return reply.send(stream);
    },
  );
}
