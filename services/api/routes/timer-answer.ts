/** How a timer is answered: its shape, and the headers that go with it. */
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import type { Timer } from '../../../shared/timers/timer.js';
import { describeTimer } from '../definition/description.js';
import type { TimerAnswer } from '../schemas/timer.js';

/** The schema of such an answer. */
export const timerReply = Type.Ref('Timer#', {
  description: 'The timer; its ETag is the generation in quotes.',
});

export function answerTimer(reply: FastifyReply, timer: Timer): TimerAnswer {
  reply.header('etag', `"${timer.generation}"`);
  return describeTimer(timer);
}

export function answerCreated(reply: FastifyReply, timer: Timer): TimerAnswer {
  reply.code(201).header('location', `/v1/timers/${timer.id}`);
  return answerTimer(reply, timer);
}
