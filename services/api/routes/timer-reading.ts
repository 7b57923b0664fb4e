/** GET /v1/timers/{id}. */
import Type from 'typebox';
import type { TimerStore } from '../../../shared/store/store.js';
import type { App } from '../plugins/validation.js';
import { problemAnswers } from '../schemas/problem.js';
import { readingHeaders } from '../schemas/request.js';
import { timerId } from '../schemas/timer-request.js';
import { timerNotFound } from '../timers/desk.js';
import { answerTimer, timerReply } from './timer-answer.js';

export function addTimerReading(app: App, timers: TimerStore): void {
  app.get(
    '/v1/timers/:id',
    {
      schema: {
        tags: ['Timers'],
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
}
