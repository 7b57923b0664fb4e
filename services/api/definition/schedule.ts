/**
 * "When" as a user writes it, and as a timer keeps it: one kind of schedule, the parts that belong to that kind, and the
 * limits of all kinds. Whether what reads well can also be kept is definition/timeliness.ts's to say. Pure.
 */
import { splitZone } from '../../../shared/timers/cron.js';
import type { Limits, Schedule } from '../../../shared/timers/schedule.js';
import type { Timer } from '../../../shared/timers/timer.js';
import { formatDuration } from '../schemas/duration.js';
import { formatInstant, parseInstant } from '../schemas/instant.js';
import { anyKind, kinds, type ScheduleRequest } from '../schemas/schedule-request.js';
import type { ScheduleAnswer } from '../schemas/timer.js';
import type { Mistakes } from './mistakes.js';

/** Ten years, three leap days among them. */
export const farthestMs = 3_653 * 86_400_000;
const delayBounds = { min: 1, max: farthestMs, bounds: 'more than zero and at most 10 years' };
const everyBounds = { min: 1_000, max: farthestMs, bounds: 'at least 1 s and at most 10 years' };
const jitterBounds = { min: 0, max: 2_592_000_000, bounds: 'at most 30 days' };

export interface ScheduleContext {
  now: number;
  /** The timer that is there: an anchor that nobody sent is the instant it was created at. */
  timer?: Timer;
  /** True where a delay goes on counting from when it was given. */
  keepsDelay?: boolean;
}

type Kind = (typeof kinds)[number];

/** Reads a schedule; null, and mistakes that say why, where it cannot be read. */
export function resolveSchedule(
  sent: ScheduleRequest,
  context: ScheduleContext,
  mistakes: Mistakes,
): Schedule | null {
  const before = mistakes.list.length;
  const kind = kindOf(sent, mistakes);
  if (kind === null) return null;
  checkParts(sent, kind, mistakes);
  const reader = new Reader(context, mistakes);
  const schedule = { ...reader.kind(sent, kind), ...reader.limits(sent) };
  return mistakes.list.length > before ? null : schedule;
}

function kindOf(sent: ScheduleRequest, mistakes: Mistakes): Kind | null {
  const [kind, ...others] = kinds.filter((name) => sent[name] !== undefined);
  if (kind === undefined) mistakes.add('/at', `is missing; give exactly one of ${anyKind}`);
  for (const other of others)
    mistakes.add(`/${other}`, `is there beside \`${kind}\`; give exactly one of ${anyKind}`);
  return kind !== undefined && others.length === 0 ? kind : null;
}

/** Which parts mean something beside which kind. */
export function takesPart(part: 'anchor' | 'dst', kind: Kind): boolean {
  return part === 'anchor' ? kind === 'every' : kind === 'localTime' || kind === 'cron';
}

/** True for a cron that names its zone itself. */
export function namesZone(cron: string): boolean {
  return splitZone(cron).timezone !== null;
}

function checkParts({ anchor, dst, timezone, cron }: ScheduleRequest, kind: Kind, mistakes: Mistakes): void {
  if (anchor !== undefined && !takesPart('anchor', kind))
    mistakes.add('/anchor', `means nothing beside \`${kind}\`; only \`every\` is aligned to an instant`);
  if (dst !== undefined && !takesPart('dst', kind))
    mistakes.add(
      '/dst',
      `means nothing beside \`${kind}\`, which no clock change moves; it goes with \`localTime\` and \`cron\``,
    );
  if (kind === 'localTime' && timezone === undefined)
    mistakes.add('/timezone', 'is required with `localTime`; write one like Europe/Berlin');
  if (timezone !== undefined && cron !== undefined && namesZone(cron))
    mistakes.add('/timezone', 'is there beside the zone within `cron`; give one of them');
}

class Reader {
  readonly #context: ScheduleContext;
  readonly #mistakes: Mistakes;

  constructor(context: ScheduleContext, mistakes: Mistakes) {
    this.#context = context;
    this.#mistakes = mistakes;
  }

  kind(sent: ScheduleRequest, kind: Kind): Schedule {
    const { localTime = '', cron = '', timezone } = sent;
    const zone = timezone === undefined ? {} : { timezone };
    switch (kind) {
      case 'at':
        return { kind, at: this.#instant('/at', sent.at), ...zone };
      case 'delay':
        return { ...this.#delayed(sent.delay), ...zone };
      case 'every':
        return {
          kind,
          intervalMs: this.#mistakes.duration('/every', sent.every ?? '', everyBounds),
          anchor: this.#anchor(sent.anchor),
          ...zone,
        };
      case 'localTime':
        return { kind, localTime, timezone: timezone ?? 'UTC', ...ruleOf(sent) };
      case 'cron':
        return { kind, expression: cron, timezone: timezone ?? 'UTC', ...ruleOf(sent) };
    }
  }

  limits({ startAt, endAt, maxRuns, exclusions, jitter }: ScheduleRequest): Limits {
    const { dates = [], crons = [] } = exclusions ?? {};
    const jitterMs = jitter === undefined ? 0 : this.#mistakes.duration('/jitter', jitter, jitterBounds);
    return {
      ...(startAt !== undefined && { startAt: this.#instant('/startAt', startAt) }),
      ...(endAt !== undefined && { endAt: this.#instant('/endAt', endAt, Infinity) }),
      ...(maxRuns !== undefined && { maxRuns }),
      ...(dates.length + crons.length > 0 && {
        exclusions: { ...(dates.length > 0 && { dates }), ...(crons.length > 0 && { crons }) },
      }),
      ...(jitterMs > 0 && { jitterMs }),
    };
  }

  #delayed(delay: string | number = ''): Schedule & { kind: 'at' } {
    const { now, timer, keepsDelay } = this.#context;
    const delayMs = this.#mistakes.duration('/delay', delay, delayBounds);
    const present = timer?.definition.schedule;
    const isKept = keepsDelay === true && present?.kind === 'at' && present.delayMs === delayMs;
    return { kind: 'at', at: isKept ? present.at : now + delayMs, delayMs };
  }

  #anchor(anchor: string | undefined): number {
    const { now, timer } = this.#context;
    return anchor === undefined ? (timer?.createdAt ?? now) : this.#instant('/anchor', anchor);
  }

  #instant(pointer: string, text = '', aheadMs = farthestMs): number {
    const { now } = this.#context;
    const parsed = parseInstant(text);
    if ('reason' in parsed) this.#mistakes.add(pointer, parsed.reason);
    else if (parsed.at > now + aheadMs)
      this.#mistakes.add(pointer, 'is more than 10 years ahead; the farthest is 10 years');
    else return parsed.at;
    return now;
  }
}

function ruleOf({ dst: { gap, fold } = {} }: ScheduleRequest): { dst?: ScheduleRequest['dst'] & object } {
  if (gap === undefined && fold === undefined) return {};
  return { dst: { ...(gap && { gap }), ...(fold && { fold }) } };
}

/** A schedule as it was sent: read again for the same timer, its delay kept, it gives the same one. */
export function describeSchedule({
  definition: { schedule },
  createdAt,
}: Pick<Timer, 'definition' | 'createdAt'>): ScheduleAnswer {
  const { timezone, startAt, endAt, maxRuns, exclusions, jitterMs } = schedule;
  const hasOwnZone = schedule.kind === 'cron' && namesZone(schedule.expression);
  return {
    ...describeKind(schedule, createdAt),
    ...(timezone !== undefined && !hasOwnZone && { timezone }),
    ...('dst' in schedule && schedule.dst && { dst: schedule.dst }),
    ...(startAt !== undefined && { startAt: formatInstant(startAt) }),
    ...(endAt !== undefined && { endAt: formatInstant(endAt) }),
    ...(maxRuns !== undefined && { maxRuns }),
    ...(exclusions && { exclusions }),
    ...(jitterMs !== undefined && { jitter: formatDuration(jitterMs) }),
  };
}

function describeKind(schedule: Schedule, createdAt: number): ScheduleAnswer {
  switch (schedule.kind) {
    case 'at':
      return schedule.delayMs === undefined
        ? { at: formatInstant(schedule.at) }
        : { delay: formatDuration(schedule.delayMs) };
    case 'localTime':
      return { localTime: schedule.localTime };
    case 'cron':
      return { cron: schedule.expression };
    case 'every':
      return {
        every: formatDuration(schedule.intervalMs),
        ...(schedule.anchor !== createdAt && { anchor: formatInstant(schedule.anchor) }),
      };
  }
}
