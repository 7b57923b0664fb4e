/** One event as it is told: a message of the stream, its data JSON with instants in RFC 3339. */
import { formatEventId, type Told } from '../../../shared/events/event.js';
import type { EventAnswer } from '../schemas/event.js';
import { formatInstant, formatInstantOrNull } from '../schemas/instant.js';
import { message } from './event-stream.js';

export function eventMessage(told: Told, sender: string, n: number): string {
  const id = formatEventId({ at: told.at, sender, n });
  return message({ id, kind: told.kind, data: describe(id, told) });
}

function describe(id: string, { at, ...told }: Told): EventAnswer {
  const { scheduledFor, dueAt, nextAttemptAt, nextDueAt, skipped, ...plain } = told;
  return {
    id,
    at: formatInstant(at),
    ...plain,
    ...(nextDueAt !== undefined && { nextDueAt: formatInstantOrNull(nextDueAt) }),
    ...(scheduledFor !== undefined && { scheduledFor: formatInstant(scheduledFor) }),
    ...(dueAt !== undefined && { dueAt: formatInstant(dueAt) }),
    ...(nextAttemptAt !== undefined && { nextAttemptAt: formatInstant(nextAttemptAt) }),
    ...(skipped && { skipped: { to: formatInstant(skipped.to), count: skipped.count } }),
  };
}
