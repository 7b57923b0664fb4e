/** The routes of executions: what happened, attempt by attempt, one by one, in lists and in numbers. */
import Type from 'typebox';
import type { ExecutionPosition } from '../../../shared/store/queries.js';
import type { ExecutionStore } from '../../../shared/store/store.js';
import { describeExecution } from '../definition/execution-description.js';
import { Problem } from '../plugins/problems.js';
import type { App } from '../plugins/validation.js';
import { countReply } from '../schemas/count.js';
import { executionFilter, executionFilterFields, parseExecutionFilter } from '../schemas/execution-filter.js';
import { inBody, inQuery } from '../schemas/filter.js';
import { decodeCursor, defaultLimit, encodeCursor, pageQuery, type Place } from '../schemas/page.js';
import { problemAnswers } from '../schemas/problem.js';
import { readingHeaders } from '../schemas/request.js';
import { findExecutions } from '../timers/execution-list.js';
import { executionCountExamples } from './examples.js';

const tags = ['Executions'];
const params = Type.Object({
  id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,256}$', description: 'the id of an execution' }),
});
const listQuery = Type.Object({ ...pageQuery, ...executionFilterFields }, { additionalProperties: false });

export function addExecutionRoutes(app: App, executions: ExecutionStore): void {
  addList(app, executions);
  addCount(app, executions);
  addReading(app, executions);
}

function addList(app: App, executions: ExecutionStore): void {
  app.get(
    '/v1/executions',
    {
      schema: {
        tags,
        operationId: 'listExecutions',
        summary: 'List executions',
        description:
          'Newest `scheduledFor` first. Follow `nextCursor` until it is null: a page looks at so many executions and may have few that fit, or none.',
        headers: readingHeaders,
        querystring: listQuery,
        response: {
          200: Type.Ref('ExecutionPage#', { description: 'A page of executions.' }),
          ...problemAnswers('query-too-broad'),
        },
      },
    },
    async ({ namespace, query }) => {
      const { cursor, limit = defaultLimit, ...sent } = query;
      const list = { ...parseExecutionFilter(sent, inQuery), namespace };
      const before = cursor === undefined ? null : positionOf(decodeCursor(list, cursor));
      const { rows, next } = await findExecutions(executions, { ...list, before, limit });
      const place = next && { at: next.scheduledFor, id: next.id };
      return { data: rows.map(describeExecution), nextCursor: place && encodeCursor(list, place) };
    },
  );
}

function addCount(app: App, executions: ExecutionStore): void {
  app.post(
    '/v1/executions::count',
    {
      schema: {
        tags,
        operationId: 'countExecutions',
        summary: 'Count executions',
        description:
          'The same filters as of the list. Counting ends after 100000 executions that were looked at: then `exact` is false, and there are at least so many.',
        headers: readingHeaders,
        body: Type.Object(
          { filter: executionFilter },
          { additionalProperties: false, 'x-examples': executionCountExamples },
        ),
        response: { 200: countReply, ...problemAnswers('query-too-broad') },
      },
    },
    ({ namespace, body }) => executions.count({ ...parseExecutionFilter(body.filter, inBody), namespace }),
  );
}

function addReading(app: App, executions: ExecutionStore): void {
  app.get(
    '/v1/executions/:id',
    {
      schema: {
        tags,
        operationId: 'getExecution',
        summary: 'Read an execution',
        description:
          'With each attempt: status, error, first bytes of the response, and the lateness receipt.',
        params,
        headers: readingHeaders,
        response: {
          200: Type.Ref('Execution#', { description: 'The execution.' }),
          ...problemAnswers('execution-not-found'),
        },
      },
    },
    async ({ namespace, params: { id } }) => {
      const execution = await executions.read(namespace, id);
      if (execution) return describeExecution(execution);
      throw new Problem(
        'execution-not-found',
        `there is no execution "${id}" in the namespace "${namespace}"`,
      );
    },
  );
}

function positionOf({ at, id }: Place): ExecutionPosition {
  return { scheduledFor: at, id };
}
