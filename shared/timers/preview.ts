/**
 * What a schedule will do, with the reasons for whatever a reader of it would not expect: clock changes, exclusions,
 * jitter. Pure, and the same occurrences that will be claimed.
 */
import { foldHalf, type LocalRule } from './daylight.js';
import { formatLocal, formatWall } from './local-time.js';
import { Occurrences } from './occurrences.js';
import type { Occurrence, Schedule, ScheduleOwner } from './schedule.js';
import type { Segment } from './zone.js';

export const noteKinds = [
  'gap-shifted',
  'gap-skipped',
  'fold-first',
  'fold-second',
  'fold-both',
  'excluded',
  'jitter',
  'overlap-skip',
  'overlap-buffer',
  'overlap-cancel',
  'paused',
] as const;

/** Something worth knowing of an occurrence, or of what was left out just before it (`gap-skipped`, `excluded`). */
export interface Note {
  kind: (typeof noteKinds)[number];
  detail: string;
}

export interface PreviewedOccurrence {
  scheduledFor: number;
  /** Null where jitter has not been drawn yet, for it goes by the uid of a timer that is still to be made. */
  dueAt: number | null;
  /** `scheduledFor` in the schedule's zone, RFC 3339 with its offset. */
  local: string;
  notes: Note[];
}

export interface PreviewRequest extends ScheduleOwner {
  /** Occurrences strictly after it; null from the beginning. */
  from: number | null;
  count: number;
}

/** Counting what is left out between two occurrences stops here. */
const longestCount = 1_000;

/** The next occurrences; at most as many as `maxRuns` still allows. */
export function preview(schedule: Schedule, request: PreviewRequest): PreviewedOccurrence[] {
  const occurrences = new Occurrences(schedule, request);
  const coming = occurrences.between({ after: request.from, until: Infinity, limit: request.count });
  return coming.map((occurrence, i) => {
    const { scheduledFor } = occurrence;
    const previous = coming[i - 1]?.scheduledFor ?? request.from;
    const { offset } = occurrences.nominal.zone.segmentAt(scheduledFor);
    const isDrawn = request.uid !== undefined || schedule.jitterMs === undefined;
    return {
      scheduledFor,
      dueAt: isDrawn ? occurrence.dueAt : null,
      local: formatLocal(scheduledFor, offset),
      notes: [
        ...leftOutNotes(occurrences, previous, scheduledFor),
        ...clockNotes(occurrences.nominal.local, scheduledFor),
        ...(isDrawn ? jitterNotes(occurrence) : openJitterNotes(occurrences, schedule, scheduledFor)),
      ],
    };
  });
}

function leftOutNotes(occurrences: Occurrences, previous: number | null, instant: number): Note[] {
  if (previous === null) return [];
  const { local } = occurrences.nominal;
  const begin = occurrences.begin(previous);
  return [...(local ? gapNotes(local, begin, instant) : []), ...excludedNotes(occurrences, begin, instant)];
}

/** The gaps between two occurrences, where the rule leaves their times out. */
function gapNotes({ times, zone, dst }: LocalRule, previous: number, instant: number): Note[] {
  if (dst.gap !== 'skip') return [];
  const notes: Note[] = [];
  for (let from = zone.segmentAt(previous).to; from <= instant; from = zone.segmentAt(from).to) {
    const { offset, before } = zone.segmentAt(from);
    const wall = times.next(from + before - 1, from + offset);
    if (wall !== null)
      notes.push({ kind: 'gap-skipped', detail: `${formatWall(wall)} does not exist and is left out` });
  }
  return notes;
}

function excludedNotes({ nominal, excludedUntil }: Occurrences, previous: number, instant: number): Note[] {
  const first = nominal.next(previous, instant - 1);
  if (first === null || excludedUntil(first) === null) return [];
  let count = 0;
  for (let left: number | null = first; left !== null && count < longestCount; count++)
    left = nominal.next(left, instant - 1);
  const local = formatLocal(first, nominal.zone.offsetAt(first));
  const others = count === 1 ? '' : ` and ${count === longestCount ? 'many' : count - 1} more`;
  return [{ kind: 'excluded', detail: `${local}${others} left out by an exclusion` }];
}

function clockNotes(local: LocalRule | null, instant: number): Note[] {
  if (!local) return [];
  const segment = local.zone.segmentAt(instant);
  return [...shiftedNotes(local, segment, instant), ...foldNotes(local, segment, instant)];
}

function shiftedNotes({ times, dst }: LocalRule, { from, offset, before }: Segment, instant: number): Note[] {
  const wall = instant + before;
  const isNamed = times.next(wall - 1, from + offset) === wall;
  if (dst.gap !== 'shift' || !isNamed) return [];
  return [{ kind: 'gap-shifted', detail: `${formatWall(wall)} does not exist; read with the offset before` }];
}

function foldNotes({ dst }: LocalRule, segment: Segment, instant: number): Note[] {
  const wall = instant + segment.offset;
  const half = foldHalf(wall, segment);
  if (half === null) return [];
  return [{ kind: `fold-${dst.fold}`, detail: `${formatWall(wall)} comes twice; this is the ${half} one` }];
}

function jitterNotes({ scheduledFor, dueAt }: Occurrence): Note[] {
  return dueAt === scheduledFor ? [] : [{ kind: 'jitter', detail: `due ${dueAt - scheduledFor} ms later` }];
}

/** Before the timer is made: how far its jitter may reach, which is never to the next occurrence. */
function openJitterNotes(occurrences: Occurrences, { jitterMs = 0 }: Schedule, instant: number): Note[] {
  const reach = { after: instant, until: instant + jitterMs, limit: 1 };
  const [following] = occurrences.scheduledBetween(reach);
  const longest = following === undefined ? jitterMs : following - instant - 1;
  return [{ kind: 'jitter', detail: `due up to ${longest} ms later, drawn when the timer is made` }];
}
