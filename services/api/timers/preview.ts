/** What a timer will do: one that is still to be made, or one that is there. */
import type { ExecutionWithAttempts } from '../../../shared/store/store.js';
import { splitZone } from '../../../shared/timers/cron.js';
import { occurrencesBetween } from '../../../shared/timers/occurrences.js';
import { overlapNotes } from '../../../shared/timers/overlap-preview.js';
import { preview, type Note, type PreviewedOccurrence } from '../../../shared/timers/preview.js';
import { isClosed, type Pause, type Timer, type TimerKey } from '../../../shared/timers/timer.js';
import { resolve } from '../definition/resolution.js';
import { invalidRequest } from '../plugins/problems.js';
import { parseInstant } from '../schemas/instant.js';
import type { Mistake } from '../schemas/problem.js';
import type { TimerSketch } from '../schemas/timer-request.js';
import { timerNotFound, type Desk } from './desk.js';

/** The executions whose durations make the average. */
const lastExecutions = 50;
const defaultCount = 10;

export interface PreviewQuery {
  /** RFC 3339; now when left out. */
  from: string | undefined;
  count: number | undefined;
  /** The part of the request that they come from. */
  in: Mistake['in'];
}

export interface SketchRequest extends PreviewQuery {
  namespace: string;
  sketch: TimerSketch;
}

/** Of a timer that is still to be made. Rejects with the problem of one that could not be. */
export async function previewSketch(
  { clocks }: Desk,
  { namespace, sketch, ...query }: SketchRequest,
): Promise<PreviewedOccurrence[]> {
  const now = (await clocks.of(namespace)).now();
  const from = fromOf(query, now);
  const { id, target = { url: 'http://sketch.invalid/' } } = sketch;
  const mistakes = needsId(sketch) ? [unnamed] : [];
  const resolution = resolve({ ...sketch, target }, { now, ...(id !== undefined && { id }) });
  const wrong = Array.isArray(resolution) ? resolution : resolution.late;
  if (mistakes.length + wrong.length > 0 || Array.isArray(resolution))
    throw invalidRequest([...mistakes, ...wrong].map(withinTimer));
  const owner = id === undefined ? {} : { id };
  return preview(resolution.wish.schedule, { from, count: query.count ?? defaultCount, ...owner });
}

/** Of a timer that is there, with what its pause and its overlap policy would do. */
export async function previewTimer(
  desk: Desk,
  key: TimerKey,
  query: PreviewQuery,
): Promise<PreviewedOccurrence[]> {
  const now = (await desk.clocks.of(key.namespace)).now();
  const from = fromOf(query, now);
  const timer = await desk.timers.read(key);
  if (!timer) throw timerNotFound(key);
  if (isClosed(timer)) return [];
  const { id, uid, definition, pause } = timer;
  const { count = defaultCount } = query;
  const coming = preview(definition.schedule, { from, count, id, uid, runs: runsBefore(timer, from) });
  const averageMs = await averageDuration(desk, timer);
  const dueAts = coming.map(({ scheduledFor, dueAt }) => dueAt ?? scheduledFor);
  const overlap = averageMs === null ? [] : overlapNotes(dueAts, definition.overlap, averageMs);
  return coming.map((occurrence, i) => ({
    ...occurrence,
    notes: [...occurrence.notes, ...(overlap[i] ?? []), ...pauseNotes(pause, occurrence.scheduledFor)],
  }));
}

function fromOf({ from, in: part }: PreviewQuery, now: number): number {
  if (from === undefined) return now;
  const parsed = parseInstant(from);
  if ('at' in parsed) return parsed.at;
  throw invalidRequest([{ pointer: '/from', detail: parsed.reason, in: part }]);
}

/** `H` is drawn by the id, so without one a preview would show another timer's times. */
function needsId({ id, cron, exclusions }: TimerSketch): boolean {
  const expressions = [cron ?? '', ...(exclusions?.crons ?? [])];
  return id === undefined && expressions.some((one) => /(^|[\s,])H/i.test(splitZone(one).fields));
}

const unnamed: Mistake = {
  pointer: '/id',
  detail: 'is missing; `H` goes by it, so give the one that the timer shall have',
  in: 'body',
};

function withinTimer(mistake: Mistake): Mistake {
  return { ...mistake, pointer: `/timer${mistake.pointer}` };
}

/** Claims are counted in `runs`, those of occurrences that the preview shows again must not be. */
function runsBefore({ definition, runs, lastScheduledFor, id, uid }: Timer, from: number): number {
  const { schedule } = definition;
  if (schedule.maxRuns === undefined || lastScheduledFor === null || lastScheduledFor <= from) return runs;
  const shown = { after: from, until: lastScheduledFor, limit: runs };
  return runs - occurrencesBetween(schedule, shown, { id, uid }).length;
}

/** From the first attempt's start to the last one's end, milliseconds; null where nothing has ended. */
async function averageDuration(
  { executions }: Desk,
  { namespace, id, definition }: Timer,
): Promise<number | null> {
  if (definition.overlap === 'allowAll') return null;
  const last = await executions.list({ namespace, timerId: id, before: null, limit: lastExecutions });
  const durations = last.flatMap(durationOf);
  if (durations.length === 0) return null;
  return durations.reduce((sum, duration) => sum + duration, 0) / durations.length;
}

function durationOf({ attempts, settledAt }: ExecutionWithAttempts): number[] {
  const startedAt = attempts[0]?.receipt.startedAt ?? null;
  const finishedAt = attempts.at(-1)?.receipt.finishedAt ?? null;
  return settledAt === null || startedAt === null || finishedAt === null ? [] : [finishedAt - startedAt];
}

function pauseNotes(pause: Pause | null, instant: number): Note[] {
  if (!pause || (pause.until !== null && instant > pause.until)) return [];
  return [{ kind: 'paused', detail: 'left out, unless the timer is resumed before' }];
}
