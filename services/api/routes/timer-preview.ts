/** What a timer will do: before it is made, and of one that is there. */
import Type, { type Static } from 'typebox';
import type { PreviewedOccurrence } from '../../../shared/timers/preview.js';
import type { App } from '../plugins/validation.js';
import { formatInstant, formatInstantOrNull } from '../schemas/instant.js';
import { previewQuery, previewRequest, type previewAnswer } from '../schemas/preview.js';
import { problemAnswers } from '../schemas/problem.js';
import { readingHeaders } from '../schemas/request.js';
import { timerId } from '../schemas/timer-request.js';
import type { Desk } from '../timers/desk.js';
import { previewSketch, previewTimer } from '../timers/preview.js';
import { previewExamples } from './examples.js';

const tags = ['Timers'];
const previewReply = Type.Ref('Preview#', { description: 'The next occurrences, in order.' });

export function addTimerPreview(app: App, desk: Desk): void {
  app.post(
    '/v1/timers::preview',
    {
      schema: {
        tags,
        operationId: 'previewTimer',
        summary: 'Preview a timer before it is created',
        description:
          'Nothing is created. The same occurrences that the timer will have; its jitter is drawn only when it is made, and `H` goes by its id.',
        headers: readingHeaders,
        body: { ...previewRequest, 'x-examples': previewExamples },
        response: { 200: previewReply },
      },
    },
    async ({ namespace, body: { timer: sketch, from, count } }) => {
      return describe(await previewSketch(desk, { namespace, sketch, from, count, in: 'body' }));
    },
  );
  app.get(
    '/v1/timers/:id/preview',
    {
      schema: {
        tags,
        operationId: 'previewExistingTimer',
        summary: 'Preview a timer that is there',
        params: Type.Object({ id: timerId }),
        headers: readingHeaders,
        querystring: previewQuery,
        response: { 200: previewReply, ...problemAnswers('timer-not-found') },
      },
    },
    async ({ namespace, params: { id }, query: { from, count } }) =>
      describe(await previewTimer(desk, { namespace, id }, { from, count, in: 'query' })),
  );
}

function describe(occurrences: PreviewedOccurrence[]): Static<typeof previewAnswer> {
  return {
    occurrences: occurrences.map(({ scheduledFor, dueAt, local, notes }) => ({
      scheduledFor: formatInstant(scheduledFor),
      dueAt: formatInstantOrNull(dueAt),
      local,
      notes,
    })),
  };
}
