/** The routes of executions: what happened, attempt by attempt. */
import Type from 'typebox';
import type { ExecutionStore } from '../../../shared/store/store.js';
import { executionStates } from '../../../shared/timers/execution.js';
import { describeExecution } from '../definition/execution-description.js';
import { Problem } from '../plugins/problems.js';
import type { App } from '../plugins/validation.js';
import { decodeCursor, defaultLimit, encodeCursor, pageQuery, type Place } from '../schemas/page.js';
import { problemAnswers } from '../schemas/problem.js';
import { readingHeaders } from '../schemas/request.js';
import { timerId } from '../schemas/timer-request.js';

const tags = ['Executions'];
const params = Type.Object({
  id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,256}$', description: 'the id of an execution' }),
});
const listQuery = Type.Object(
  {
    ...pageQuery,
    timerId: Type.Optional(timerId),
    state: Type.Optional(Type.Enum([...executionStates], { description: 'in this state only' })),
  },
  { additionalProperties: false },
);

export function addExecutionRoutes(app: App, executions: ExecutionStore): void {
  addList(app, executions);
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
        description: 'Newest `scheduledFor` first. Follow `nextCursor` until it is null.',
        headers: readingHeaders,
        querystring: listQuery,
        response: {
          200: Type.Ref('ExecutionPage#', { description: 'A page of executions.' }),
        },
      },
    },
    async ({ namespace, query }) => {
      const { cursor, limit = defaultLimit, ...filters } = query;
      const list = { ...filters, namespace };
      const before = cursor === undefined ? null : positionOf(decodeCursor(list, cursor));
      const rows = await executions.list({ ...list, before, limit: limit + 1 });
      const last = rows[limit - 1];
      const next = rows.length > limit && last ? { at: last.scheduledFor, id: last.id } : null;
      return {
        data: rows.slice(0, limit).map(describeExecution),
        nextCursor: next && encodeCursor(list, next),
      };
    },
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

function positionOf({ at, id }: Place): { scheduledFor: number; id: string } {
  return { scheduledFor: at, id };
}
