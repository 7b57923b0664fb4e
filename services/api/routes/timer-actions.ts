/** What can be done with a timer beside its definition: pause, resume, run now, touch. */
import Type from 'typebox';
import { describeExecution } from '../definition/execution-description.js';
import { invalidRequest } from '../plugins/problems.js';
import type { App } from '../plugins/validation.js';
import { pauseRequest, runRequest } from '../schemas/actions.js';
import { problemAnswers } from '../schemas/problem.js';
import { changingHeaders, puttingHeaders, readingHeaders } from '../schemas/request.js';
import { timerId } from '../schemas/timer-request.js';
import { run } from '../timers/manual-run.js';
import { pause, resume } from '../timers/pausing.js';
import { touch } from '../timers/touching.js';
import { pauseExamples, runExamples } from './examples.js';
import { bodyMayBeMissing } from './optional-body.js';
import { answerTimer, timerReply } from './timer-answer.js';
import type { WritingRoutes } from './timer-creation.js';

const tags = ['Timers'];
const params = Type.Object({ id: timerId });
const refusals = problemAnswers('timer-not-found', 'timer-closed', 'generation-mismatch');
const answers = { 200: timerReply, ...refusals };

export function addTimerActions(app: App, options: WritingRoutes): void {
  addPause(app, options);
  addResume(app, options);
  addRun(app, options);
  addTouch(app, options);
}

function addPause(app: App, { desk, accept }: WritingRoutes): void {
  app.post(
    '/v1/timers/:id/pause',
    {
      preValidation: bodyMayBeMissing,
      schema: {
        tags,
        operationId: 'pauseTimer',
        summary: 'Pause a timer',
        description:
          'Once answered, nothing of its schedule starts until it is resumed. What would have been due meanwhile is recorded as skipped; what had started is left to end, and what would be repeated waits.',
        params,
        headers: changingHeaders,
        body: { ...pauseRequest, 'x-examples': pauseExamples },
        response: answers,
      },
    },
    async ({ namespace, actor, headers, params: { id }, body }, reply) => {
      accept();
      const { reason = null, until = null } = body;
      const key = { namespace, id };
      return answerTimer(
        reply,
        await pause(desk, { key, ifMatch: headers['if-match'], actor: actor.name, reason, until }),
      );
    },
  );
}

function addResume(app: App, { desk, accept }: WritingRoutes): void {
  app.post(
    '/v1/timers/:id/resume',
    {
      schema: {
        tags,
        operationId: 'resumeTimer',
        summary: 'Resume a timer',
        description: 'It goes on from the first occurrence after now. An active one is answered as it is.',
        params,
        headers: changingHeaders,
        response: answers,
      },
    },
    async ({ namespace, actor, headers, params: { id } }, reply) => {
      accept();
      const key = { namespace, id };
      return answerTimer(reply, await resume(desk, { key, ifMatch: headers['if-match'], actor: actor.name }));
    },
  );
}

function addRun(app: App, { desk, accept }: WritingRoutes): void {
  app.post(
    '/v1/timers/:id/run',
    {
      preValidation: bodyMayBeMissing,
      schema: {
        tags,
        operationId: 'runTimer',
        summary: 'Run a timer now',
        description:
          'One execution beside the schedule, of a paused timer too; its overlap policy holds. With an `Idempotency-Key` or an `id` the request may be repeated: it is the same execution, with `Idempotency-Replayed: true`.',
        params,
        headers: puttingHeaders,
        body: { ...runRequest, 'x-examples': runExamples },
        response: {
          202: Type.Ref('Execution#', { description: 'The execution as it is now.' }),
          ...refusals,
        },
      },
    },
    async ({ namespace, actor, headers, params: { id }, body }, reply) => {
      accept();
      const request = {
        key: { namespace, id },
        ifMatch: headers['if-match'],
        actor: actor.name,
        id: requestIdOf(headers['idempotency-key'], body.id),
      };
      const { execution, replayed } = await run(desk, request);
      if (replayed) reply.header('idempotency-replayed', 'true');
      reply.code(202).header('location', `/v1/executions/${execution.id}`);
      return describeExecution(execution);
    },
  );
}

function addTouch(app: App, { desk, accept }: WritingRoutes): void {
  app.post(
    '/v1/timers/:id/touch',
    {
      schema: {
        tags,
        operationId: 'touchTimer',
        summary: 'Put a watchdog off',
        description:
          'A timer with a `delay` becomes due that delay after now, never earlier than it was. It is no change: the generation stays. 409 once its time has come.',
        params,
        headers: readingHeaders,
        response: {
          200: timerReply,
          ...problemAnswers('timer-not-found', 'timer-closed', 'no-delay', 'fired'),
        },
      },
    },
    async ({ namespace, params: { id } }, reply) => {
      accept();
      return answerTimer(reply, await touch(desk, { namespace, id }));
    },
  );
}

function requestIdOf(key: string | undefined, id: string | undefined): string | undefined {
  if (key !== undefined && id !== undefined && key !== id)
    throw invalidRequest([
      { pointer: '/id', detail: 'differs from the `Idempotency-Key`; give one of them', in: 'body' },
    ]);
  return key ?? id;
}
