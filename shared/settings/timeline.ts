/**
 * Which settings hold at which instant. Settings are versions, each announced so far ahead of its instant that every
 * process knows of it by then or has stopped taking new work; so at any instant all use the same. A version that came
 * into the registry too late for that is void, for everybody and for ever. Pure; all instants are epoch milliseconds.
 */
/** How far the corrected clocks of two processes may lie apart. */
export const skewBoundMs = 2_000;
/** What a writer adds to the lead so that its version is not void: the longest that a commit takes. */
export const commitMs = 2_000;

export interface SettingsVersion<Settings> {
  /** 1 for the first; each later one is greater. */
  number: number;
  effectiveFrom: number;
  /** From its commit to its instant, at least; part of the version, so that all judge it by the same measure. */
  leadMs: number;
  /** The registry's own stamp. */
  committedAt: number;
  settings: Settings;
}

/** In the order of their numbers. */
export type Timeline<Settings> = readonly SettingsVersion<Settings>[];

export type Announcement = { accepted: true; number: number } | { accepted: false; earliest: number };

export interface Outlook<Settings> {
  /** Null while only what is built in holds. */
  current: SettingsVersion<Settings> | null;
  /** Those whose instant comes, soonest first. */
  future: SettingsVersion<Settings>[];
  /** Those that held or were overtaken, newest first. */
  past: SettingsVersion<Settings>[];
  void: SettingsVersion<Settings>[];
}

/** Whether who has not verified within the freshness time before an instant has stopped by the time others act by a new version. */
export function isLeadEnough({ leadMs, freshnessMs }: { leadMs: number; freshnessMs: number }): boolean {
  return leadMs > freshnessMs + 2 * skewBoundMs;
}

/** The earliest instant that an announcement made now may name. */
export function earliestInstant({ now, leadMs }: { now: number; leadMs: number }): number {
  return now + leadMs + commitMs;
}

/** Whether settings may be announced now for that instant: the number to write them under, or the earliest instant accepted. */
export function announce<Settings>(
  timeline: Timeline<Settings>,
  { effectiveFrom, now, leadMs }: { effectiveFrom: number; now: number; leadMs: number },
): Announcement {
  const earliest = earliestInstant({ now, leadMs });
  if (effectiveFrom < earliest) return { accepted: false, earliest };
  return { accepted: true, number: (timeline.at(-1)?.number ?? 0) + 1 };
}

/** A version that was committed later than a lead before its instant: somebody might not know it in time. */
export function isVoid({ committedAt, effectiveFrom, leadMs }: SettingsVersion<unknown>): boolean {
  return committedAt > effectiveFrom - leadMs;
}

/**
 * What a task uses that starts at this instant, whenever it ends: the highest-numbered version effective by then that is
 * not void; null while there is none.
 */
export function settingsAt<Settings>(
  timeline: Timeline<Settings>,
  instant: number,
): SettingsVersion<Settings> | null {
  return timeline.findLast((version) => !isVoid(version) && version.effectiveFrom <= instant) ?? null;
}

/** The timeline as a user wants to see it. A version that a later one overtakes before its instant is past already. */
export function outlook<Settings>(timeline: Timeline<Settings>, now: number): Outlook<Settings> {
  const current = settingsAt(timeline, now);
  const valid = timeline.filter((version) => !isVoid(version));
  const future = valid
    .filter(
      (version) => version.effectiveFrom > now && settingsAt(timeline, version.effectiveFrom) === version,
    )
    .sort((a, b) => a.effectiveFrom - b.effectiveFrom);
  const past = valid.filter((version) => version !== current && !future.includes(version)).reverse();
  return { current, future, past, void: timeline.filter(isVoid) };
}

/** The timeline without what nobody needs any more: void and past versions beyond the newest `keep` of them. */
export function trimmed<Settings>(
  timeline: Timeline<Settings>,
  { now, keep }: { now: number; keep: number },
): Timeline<Settings> {
  const { current, future } = outlook(timeline, now);
  const needed = timeline.filter((version) => version === current || future.includes(version));
  const spent = timeline.filter((version) => !needed.includes(version));
  const kept = spent.slice(Math.max(0, spent.length - keep));
  const newest = timeline.slice(-1);
  return timeline.filter((version) => [...needed, ...kept, ...newest].includes(version));
}
