/** Timers by filter: GET /v1/timers, and how many there are, POST /v1/timers:count. */
import Type from 'typebox';
import type { TimerStore } from '../../../shared/store/store.js';
import { orderOf, timerOrders } from '../../../shared/timers/timer-filter.js';
import { describeTimer } from '../definition/description.js';
import type { App } from '../plugins/validation.js';
import { countReply } from '../schemas/count.js';
import { inBody, inQuery } from '../schemas/filter.js';
import { decodeCursor, defaultLimit, encodeCursor, pageQuery } from '../schemas/page.js';
import { problemAnswers } from '../schemas/problem.js';
import { readingHeaders } from '../schemas/request.js';
import { checkBounded, parseTimerFilter, timerFilter, timerFilterFields } from '../schemas/timer-filter.js';
import { findTimers } from '../timers/timer-list.js';
import { timerCountExamples } from './examples.js';

const tags = ['Timers'];

const listQuery = Type.Object(
  {
    ...pageQuery,
    ...timerFilterFields,
    order: Type.Optional(
      Type.Enum([...timerOrders], {
        description:
          '`id`; `nextDueAt`, those that have one, the next first; `createdAt`, the newest first. Unless sent, the first of these that serves the filters.',
      }),
    ),
  },
  { additionalProperties: false },
);

export function addTimerLists(app: App, timers: TimerStore): void {
  addList(app, timers);
  addCount(app, timers);
}

function addList(app: App, timers: TimerStore): void {
  app.get(
    '/v1/timers',
    {
      schema: {
        tags,
        operationId: 'listTimers',
        summary: 'List timers',
        description:
          'Follow `nextCursor` until it is null: a page looks at so many timers and may have few that fit, or none. Timers created meanwhile move nothing.',
        headers: readingHeaders,
        querystring: listQuery,
        response: {
          200: Type.Ref('TimerPage#', { description: 'A page of timers.' }),
          ...problemAnswers('query-too-broad'),
        },
      },
    },
    async ({ namespace, query }) => {
      const { cursor, limit = defaultLimit, order: sentOrder, ...sent } = query;
      const filter = parseTimerFilter(sent, inQuery);
      checkBounded(filter, sentOrder, inQuery);
      const order = sentOrder ?? orderOf(filter) ?? 'id';
      const list = { ...filter, order, namespace };
      const after = cursor === undefined ? null : decodeCursor(list, cursor);
      const { rows, next } = await findTimers(timers, { ...list, after, limit });
      return { data: rows.map(describeTimer), nextCursor: next && encodeCursor(list, next) };
    },
  );
}

function addCount(app: App, timers: TimerStore): void {
  app.post(
    '/v1/timers::count',
    {
      schema: {
        tags,
        operationId: 'countTimers',
        summary: 'Count timers',
        description:
          'The same filters as of the list. Counting ends after 100000 timers that were looked at: then `exact` is false, and there are at least so many.',
        headers: readingHeaders,
        body: Type.Object(
          { filter: timerFilter },
          { additionalProperties: false, 'x-examples': timerCountExamples },
        ),
        response: { 200: countReply, ...problemAnswers('query-too-broad') },
      },
    },
    async ({ namespace, body }) => {
      const filter = parseTimerFilter(body.filter, inBody);
      checkBounded(filter, undefined, inBody);
      return timers.count({ ...filter, namespace, order: orderOf(filter) ?? 'id' });
    },
  );
}
