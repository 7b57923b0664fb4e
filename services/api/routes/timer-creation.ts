/** POST /v1/timers, and POST /timers, which is the same. */
import { problemAnswers } from '../schemas/problem.js';
import { creatingHeaders } from '../schemas/request.js';
import { timerCreation } from '../schemas/timer-request.js';
import type { App } from '../plugins/validation.js';
import { create } from '../timers/creation.js';
import type { Desk } from '../timers/desk.js';
import { definitionExamples } from './examples.js';
import { answerCreated, timerReply } from './timer-answer.js';

/** What the routes that write work with. */
export interface WritingRoutes {
  desk: Desk;
  /** Throws the problem while nothing may be accepted. */
  accept: () => void;
  /** A URL that answers 2xx, for examples that work as they are. */
  exampleUrl: string;
}

export function addTimerCreation(app: App, { desk, accept, exampleUrl }: WritingRoutes): void {
  const schema = {
    tags: ['Timers'],
    description:
      'Answers 201 once the timer is durable. With an `Idempotency-Key` it may be repeated: the same request gets the same timer, with `Idempotency-Replayed: true`.',
    headers: creatingHeaders,
    body: { ...timerCreation, 'x-examples': definitionExamples(exampleUrl) },
    response: {
      201: timerReply,
      ...problemAnswers('timer-exists', 'idempotency-key-reused', 'quota-exceeded'),
    },
  };
  for (const [url, operationId, summary] of [
    ['/v1/timers', 'createTimer', 'Create a timer'],
    ['/timers', 'createTimerShort', 'Create a timer: the same, by a shorter path'],
  ] as const) {
    app.post(
      url,
      { schema: { ...schema, operationId, summary } },
      async ({ namespace, actor, headers, body }, reply) => {
        accept();
        const key = headers['idempotency-key'];
        const created = await create(desk, { namespace, sent: body, key, actor: actor.name });
        if (created.replayed) reply.header('idempotency-replayed', 'true');
        return answerCreated(reply, created.timer);
      },
    );
  }
}
