/** GET /v1/timers/{id}, and the list. */
import Type from 'typebox';
import type { TimerStore } from '../../../shared/store/store.js';
import { timerStates } from '../../../shared/timers/timer.js';
import { describeTimer } from '../definition/description.js';
import { invalidRequest } from '../plugins/problems.js';
import type { App } from '../plugins/validation.js';
import { parseInstant } from '../schemas/instant.js';
import { decodeCursor, defaultLimit, pageOf, pageQuery } from '../schemas/page.js';
import { problemAnswers, type Mistake } from '../schemas/problem.js';
import { readingHeaders } from '../schemas/request.js';
import { timerId } from '../schemas/timer-request.js';
import { timerNotFound } from '../timers/desk.js';
import { answerTimer, timerReply } from './timer-answer.js';

const tags = ['Timers'];

export function addTimerReading(app: App, timers: TimerStore): void {
  app.get(
    '/v1/timers/:id',
    {
      schema: {
        tags,
        operationId: 'getTimer',
        summary: 'Read a timer',
        params: Type.Object({ id: timerId }),
        headers: readingHeaders,
        response: { 200: timerReply, ...problemAnswers('timer-not-found') },
      },
    },
    async ({ namespace, params: { id } }, reply) => {
      const key = { namespace, id };
      const found = await timers.read(key);
      if (!found) throw timerNotFound(key);
      return answerTimer(reply, found);
    },
  );
  app.get(
    '/v1/timers',
    {
      schema: {
        tags,
        operationId: 'listTimers',
        summary: 'List timers',
        description:
          'In the order of their ids. Follow `nextCursor` until it is null; timers created meanwhile move nothing.',
        headers: readingHeaders,
        querystring: listQuery,
        response: {
          200: Type.Ref('TimerPage#', { description: 'A page of timers.' }),
        },
      },
    },
    async ({ namespace, query }) => {
      const { cursor, limit = defaultLimit, dueBefore, dueAfter, ...filters } = query;
      const rows = await timers.list({
        ...filters,
        ...instants({ dueBefore, dueAfter }),
        namespace,
        after: cursor === undefined ? null : decodeCursor(cursor, ['string'])[0],
        limit: limit + 1,
      });
      return pageOf(rows, { limit, show: describeTimer, key: ({ id }) => [id] });
    },
  );
}

const listQuery = Type.Object(
  {
    ...pageQuery,
    state: Type.Optional(Type.Enum([...timerStates], { description: 'in this state only' })),
    tag: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'with this tag only' })),
    idPrefix: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9_-]{1,128}$', description: 'with ids that begin like this only' }),
    ),
    dueBefore: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'next due before this instant only (RFC 3339; write + as %2B)',
      }),
    ),
    dueAfter: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'next due after this instant only (RFC 3339; write + as %2B)',
      }),
    ),
  },
  { additionalProperties: false },
);

/** The instants among the filters; throws the problem of those that are none. */
function instants(sent: Record<string, string | undefined>): Record<string, number> {
  const mistakes: Mistake[] = [];
  const found: Record<string, number> = {};
  for (const [name, text] of Object.entries(sent)) {
    if (text === undefined) continue;
    const parsed = parseInstant(text);
    if ('reason' in parsed) mistakes.push({ pointer: `/${name}`, detail: parsed.reason, in: 'query' });
    else found[name] = parsed.at;
  }
  if (mistakes.length > 0) throw invalidRequest(mistakes);
  return found;
}
