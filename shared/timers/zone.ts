/**
 * A time zone as a line of segments, each with one offset from UTC. The tz database comes with Node (Intl); asking it
 * costs microseconds, so a zone is surveyed a year at a time and remembered. Pure: the same question has the same
 * answer in every process that runs the same tz database.
 */

/** A stretch of time with one offset: instants `from` to before `to`, epoch ms; local time is instant + `offset`. */
export interface Segment {
  from: number;
  to: number;
  offset: number;
  /** The offset just before `from` and just at `to`; larger before is a fold, smaller a gap, equal the survey's edge. */
  before: number;
  after: number;
}

const dayMs = 86_400_000;
/** Shorter than any stay at one offset since 1970, the shortest of which is 7 days (America/Boa_Vista, October 2000). */
const stepMs = 5 * dayMs;
const surveyMs = 73 * stepMs;

const zones = new Map<string, Zone>();

/** True for a name of the tz database, in any case. Bare offsets are none: they know no rule. */
export function isZone(name: string): boolean {
  try {
    zoneOf(name);
    return true;
  } catch {
    return false;
  }
}

/** The zone of that name; a RangeError when there is none. */
export function zoneOf(name: string): Zone {
  const key = name.toLowerCase();
  const known = zones.get(key);
  if (known) return known;
  if (!/^[a-z]/.test(key)) throw new RangeError(`"${name}" is not a time zone of the tz database`);
  const zone = new Zone(name);
  zones.set(key, zone);
  return zone;
}

export class Zone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #surveys = new Map<number, Segment[]>();

  constructor(name: string) {
    this.name = name;
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  }

  /**
   * The segment that holds the instant. Its ends are transitions, or edges of the survey; such an edge is never within
   * a step of the instant, so folds and gaps near it are seen whole.
   */
  segmentAt(instant: number): Segment {
    const year = Math.floor(instant / surveyMs);
    let segments = this.#surveys.get(year);
    if (!segments) this.#surveys.set(year, (segments = this.#survey(year)));
    return segments.find(({ to }) => instant < to)!;
  }

  /** Local time minus UTC, ms. */
  offsetAt(instant: number): number {
    return this.segmentAt(instant).offset;
  }

  /** The segments of one year, and what leads in and out of it. */
  #survey(year: number): Segment[] {
    const begin = year * surveyMs - stepMs;
    const end = begin + surveyMs + 2 * stepMs;
    const edges = [{ from: begin, offset: this.#askOffset(begin) }];
    for (let probe = begin + stepMs; probe <= end; probe += stepMs) {
      const offset = this.#askOffset(probe);
      if (offset !== edges.at(-1)!.offset)
        edges.push({ from: this.#transition(probe - stepMs, probe), offset });
    }
    return edges.map(({ from, offset }, i) => ({
      from,
      to: edges[i + 1]?.from ?? end,
      offset,
      before: edges[i - 1]?.offset ?? offset,
      after: edges[i + 1]?.offset ?? offset,
    }));
  }

  /** The first second of the offset that holds at `to` and does not hold at `from`. */
  #transition(from: number, to: number): number {
    const offset = this.#askOffset(to);
    let [old, young] = [from / 1_000, to / 1_000];
    while (young - old > 1) {
      const middle = Math.floor((old + young) / 2);
      if (this.#askOffset(middle * 1_000) === offset) young = middle;
      else old = middle;
    }
    return young * 1_000;
  }

  #askOffset(instant: number): number {
    const [, sign, hours, minutes, seconds] = /GMT(?:([+-])(\d+):(\d+)(?::(\d+))?)?$/.exec(
      this.#format.format(instant),
    )!;
    if (sign === undefined) return 0;
    const size = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds ?? 0);
    return (sign === '-' ? -size : size) * 1_000;
  }
}
