/** `tail`: what happens, line by line, until it is interrupted. */
import type { Event, Notice } from '../../sdk/carillon.js';
import type { Command, Given } from '../command.js';

const kinds = [
  'timer.created',
  'timer.changed',
  'timer.touched',
  'timer.paused',
  'timer.resumed',
  'timer.run',
  'timer.cancelled',
  'execution.claimed',
  'execution.started',
  'execution.refused',
  'execution.deferred',
  'execution.retrying',
  'execution.succeeded',
  'execution.failed',
  'execution.aborted',
  'execution.cancelled',
  'execution.skipped',
] as const satisfies readonly Event['kind'][];

export const tail: Command = {
  name: 'tail',
  summary: 'Follow what happens, live, until it is interrupted',
  options: {
    timer: { value: 'ID', help: 'of this timer only' },
    prefix: { value: 'ID', help: 'of timers whose id begins so' },
    host: { value: 'HOST', help: 'of this destination, host or host:port' },
    kind: { value: 'KIND', multiple: true, choices: kinds, help: 'of this kind; may be given several times' },
  },
  examples: ['carillon tail', 'carillon tail --kind execution.failed --kind execution.retrying --json'],
  async run({ given, client, world, json }) {
    const filter = {
      timerId: given.text('timer'),
      idPrefix: given.text('prefix'),
      host: given.text('host'),
      kinds: kindsOf(given),
    };
    for await (const event of client.events(filter, { signal: world.signal })) {
      if (json) world.out(`${JSON.stringify(event)}\n`);
      else if ('id' in event) world.out(`${lineOf(event)}\n`);
      else world.complain(`${noticeOf(event)}\n`);
    }
  },
};

function kindsOf(given: Given): Event['kind'][] | undefined {
  const named = given.texts('kind');
  return named.length > 0 ? kinds.filter((kind) => named.includes(kind)) : undefined;
}

function lineOf(event: Event): string {
  const { at, kind, timerId, executionId, attempt, status, error, reason, latenessMs } = event;
  const facts = [
    event.state,
    attempt ? `attempt ${attempt}` : undefined,
    status ?? error,
    reason,
    latenessMs === undefined ? undefined : `${latenessMs} ms late`,
    event.nextAttemptAt && `again ${event.nextAttemptAt}`,
    event.nextDueAt && `next ${event.nextDueAt}`,
    event.skipped && `${event.skipped.count} up to ${event.skipped.to}`,
  ].filter((fact) => fact !== undefined && fact !== null);
  return [at, kind.padEnd(19), executionId ?? timerId, ...(executionId ? [timerId] : []), facts.join(', ')]
    .join('  ')
    .trimEnd();
}

function noticeOf(notice: Notice): string {
  switch (notice.kind) {
    case 'ready':
      return `Listening to ${notice.namespace}.`;
    case 'dropped':
      return `${notice.count} events are missing here: ${notice.reason}.`;
    case 'reset':
      return `Events are missing here: ${notice.reason}.`;
  }
}
