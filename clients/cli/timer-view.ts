/** Timers for the eye (pure). */
import type { Preview, Timer } from '../sdk/generated.js';
import { textTable } from './text-table.js';

export const timerHeads = ['ID', 'STATE', 'NEXT DUE', 'RUNS', 'SCHEDULE', 'TARGET'];

export function timerRow(timer: Timer): string[] {
  const { id, state, nextDueAt, runs, target } = timer;
  return [id, state, nextDueAt ?? '-', String(runs), scheduleOf(timer), `${target.method} ${target.url}`];
}

/** The schedule in a word or two, as it was given. */
export function scheduleOf({ cron, every, delay, localTime, at, timezone }: Timer): string {
  const zone = timezone ? ` ${timezone}` : '';
  if (cron !== undefined) return `cron ${cron}${zone}`;
  if (every !== undefined) return `every ${every}`;
  if (delay !== undefined) return `delay ${delay}`;
  return localTime === undefined ? `at ${at ?? '-'}` : `at ${localTime}${zone}`;
}

/** Everything about one timer. */
export function timerText(timer: Timer): string {
  const { id, namespace, state, generation, nextDueAt, lastDueAt, runs, manualRuns, target, tags } = timer;
  const rows = [
    ['timer', `${id} in ${namespace}`],
    ['state', `${state}${pauseOf(timer)}`],
    ['schedule', scheduleOf(timer)],
    ['next due', nextDueAt ?? '-'],
    ['last due', lastDueAt ?? '-'],
    ['runs', `${runs}${manualRuns > 0 ? ` and ${manualRuns} by hand` : ''}`],
    ['target', `${target.method} ${target.url}, ${target.timeout} at most`],
    ['attempts', `up to ${timer.retries.maxAttempts}`],
    ['overlap', timer.overlap],
    ['misfire', `${timer.misfire.policy} within ${timer.misfire.window}`],
    ['tags', tags.join(', ') || '-'],
    ['created', timer.createdAt],
    ['updated', `${timer.updatedAt}, generation ${generation}`],
  ];
  return textTable(rows);
}

function pauseOf({ pause }: Timer): string {
  if (!pause) return '';
  const { since, until, reason } = pause;
  return ` since ${since}${until ? ` until ${until}` : ''}${reason ? `: ${reason}` : ''}`;
}

export function previewText({ occurrences }: Preview): string {
  if (occurrences.length === 0) return 'It has no occurrence.';
  const rows = occurrences.map(({ scheduledFor, local, notes }) => [
    scheduledFor,
    local,
    notes.map(({ detail }) => detail).join('; '),
  ]);
  return textTable([['SCHEDULED FOR', 'LOCAL', 'NOTES'], ...rows]);
}
