/** What was changed of one timer, and going back to how it was. */
import Type from 'typebox';
import { describeChangePage } from '../definition/change-description.js';
import type { App } from '../plugins/validation.js';
import { formatInstant } from '../schemas/instant.js';
import { decodeCursor, defaultLimit, pageQuery } from '../schemas/page.js';
import { problemAnswers } from '../schemas/problem.js';
import { changingHeaders, readingHeaders } from '../schemas/request.js';
import { restoreRequest } from '../schemas/actions.js';
import { timerId } from '../schemas/timer-request.js';
import { timerNotFound } from '../timers/desk.js';
import { restore } from '../timers/restoration.js';
import { restoreExamples } from './examples.js';
import { answerTimer, timerReply } from './timer-answer.js';
import type { WritingRoutes } from './timer-creation.js';

const tags = ['Timers'];
const params = Type.Object({ id: timerId });
const querystring = Type.Object(pageQuery, { additionalProperties: false });

export function addTimerHistory(app: App, options: WritingRoutes): void {
  addReading(app, options);
  addRestore(app, options);
}

function addReading(app: App, { desk }: WritingRoutes): void {
  app.get(
    '/v1/timers/:id/history',
    {
      schema: {
        tags,
        operationId: 'getTimerHistory',
        summary: 'Read who changed a timer, when and how',
        description:
          'Newest first. At least the latest 100 changes are kept, for 90 days unless configured otherwise; of a timer that was removed too. Touches are no changes.',
        params,
        headers: readingHeaders,
        querystring,
        response: {
          200: Type.Ref('TimerHistory#', { description: 'A page of changes, and how the timer began.' }),
          ...problemAnswers('timer-not-found'),
        },
      },
    },
    async ({ namespace, params: { id }, query: { cursor, limit = defaultLimit } }) => {
      const list = { namespace, resource: 'timer', resourceId: id } as const;
      const before = cursor === undefined ? null : decodeCursor(list, cursor).id;
      const [timer, rows] = await Promise.all([
        desk.timers.read({ namespace, id }),
        desk.changes.list({ ...list, before, limit: limit + 1 }),
      ]);
      if (!timer && rows.length === 0 && before === null) throw timerNotFound({ namespace, id });
      return {
        ...describeChangePage(list, rows, limit),
        created: timer && { at: formatInstant(timer.createdAt), actor: timer.createdBy },
      };
    },
  );
}

function addRestore(app: App, { desk, accept }: WritingRoutes): void {
  app.post(
    '/v1/timers/:id/restore',
    {
      schema: {
        tags,
        operationId: 'restoreTimer',
        summary: 'Bring an earlier version of a timer back',
        description:
          'As if the definition of that generation were sent again now, as one more change: a delay counts from now, a paused timer stays paused, and a version whose time has passed is refused. A closed timer gets a new one of that version in its place.',
        params,
        headers: changingHeaders,
        body: { ...restoreRequest, 'x-examples': restoreExamples },
        response: {
          200: timerReply,
          ...problemAnswers('timer-not-found', 'version-not-found', 'generation-mismatch', 'quota-exceeded'),
        },
      },
    },
    async ({ namespace, actor, headers, params: { id }, body: { generation, reason = null } }, reply) => {
      accept();
      const request = { key: { namespace, id }, ifMatch: headers['if-match'], actor: actor.name };
      return answerTimer(reply, await restore(desk, { ...request, generation, reason }));
    },
  );
}
