/** PUT, PATCH and DELETE of one timer. */
import Type from 'typebox';
import type { App } from '../plugins/validation.js';
import { problemAnswers } from '../schemas/problem.js';
import { changingHeaders, puttingHeaders } from '../schemas/request.js';
import { timerDefinition, timerId } from '../schemas/timer-request.js';
import { cancel } from '../timers/cancellation.js';
import { patch } from '../timers/patch.js';
import { upsert } from '../timers/upsert.js';
import { definitionExamples, patchExamples } from './examples.js';
import { answerCreated, answerTimer, timerReply } from './timer-answer.js';
import type { WritingRoutes } from './timer-creation.js';

const url = '/v1/timers/:id';
const tags = ['Timers'];
const params = Type.Object({ id: timerId });

export function addTimerChanges(app: App, options: WritingRoutes): void {
  addPut(app, options);
  addPatch(app, options);
  addCancel(app, options);
}

function addPut(app: App, { desk, accept, exampleUrl }: WritingRoutes): void {
  app.put(
    url,
    {
      schema: {
        tags,
        operationId: 'putTimer',
        summary: 'Create or replace a timer by your own id',
        description:
          'Sending the same again changes nothing: 200, same generation. A closed id gets a new timer (201), unless the request repeats the `at` of the closed one or its `Idempotency-Key`.',
        params,
        headers: puttingHeaders,
        body: { ...timerDefinition, 'x-examples': definitionExamples(exampleUrl) },
        response: {
          200: timerReply,
          201: timerReply,
          ...problemAnswers('generation-mismatch', 'idempotency-key-reused', 'quota-exceeded'),
        },
      },
    },
    async ({ namespace, actor, headers, params: { id }, body }, reply) => {
      accept();
      const put = await upsert(desk, {
        key: { namespace, id },
        ifMatch: headers['if-match'],
        actor: actor.name,
        idempotencyKey: headers['idempotency-key'],
        sent: body,
      });
      return put.created ? answerCreated(reply, put.timer) : answerTimer(reply, put.timer);
    },
  );
}

function addPatch(app: App, { desk, accept }: WritingRoutes): void {
  app.patch(
    url,
    {
      schema: {
        tags,
        operationId: 'patchTimer',
        summary: 'Change parts of a timer',
        description:
          "A JSON merge patch (RFC 7396) on the definition: null removes, objects are merged, what is not named stays. A `delay` counts from now; `at` and `delay` take each other's place. What comes out is checked like a new timer.",
        params,
        headers: changingHeaders,
        body: { ...patchBody, 'x-examples': patchExamples },
        response: {
          200: timerReply,
          ...problemAnswers('timer-not-found', 'timer-closed', 'generation-mismatch'),
        },
      },
    },
    async ({ namespace, actor, headers, params: { id }, body }, reply) => {
      accept();
      const key = { namespace, id };
      return answerTimer(
        reply,
        await patch(desk, { key, ifMatch: headers['if-match'], actor: actor.name, patch: body }),
      );
    },
  );
}

function addCancel(app: App, { desk, accept }: WritingRoutes): void {
  app.delete(
    url,
    {
      schema: {
        tags,
        operationId: 'cancelTimer',
        summary: 'Cancel a timer',
        description:
          'Once answered, nothing of it starts any more. Calls under way are named in `executions`; they are left to end and never repeated. Cancelling a closed timer changes nothing.',
        params,
        headers: changingHeaders,
        response: {
          200: Type.Ref('CancelledTimer#', { description: 'The timer as it is now.' }),
          ...problemAnswers('timer-not-found', 'generation-mismatch'),
        },
      },
    },
    async ({ namespace, actor, headers, params: { id } }, reply) => {
      accept();
      const key = { namespace, id };
      const { timer, underWay } = await cancel(desk, {
        key,
        ifMatch: headers['if-match'],
        actor: actor.name,
      });
      const executions = underWay.map(({ id, state }) => ({ id, state }));
      return { ...answerTimer(reply, timer), executions };
    },
  );
}

const patchBody = Type.Unsafe<Record<string, unknown>>({ type: 'object', description: 'a merge patch' });
