/**
 * Local time as it is written and as it is reckoned: a wall time is the number of milliseconds that `Date.UTC` gives
 * for what the clock on the wall shows. It is no instant until a zone says so. Pure.
 */

export const dayMs = 86_400_000;

const written = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?$/;

/** The wall time of `YYYY-MM-DDTHH:mm[:ss[.SSS]]`; null when it is written otherwise or no such time of day exists. */
export function parseLocalTime(text: string): number | null {
  return text.includes('T') ? parse(text) : null;
}

/** The wall time at which the day `YYYY-MM-DD` begins; null when there is no such day. */
export function parseLocalDate(text: string): number | null {
  return text.includes('T') ? null : parse(text);
}

function parse(text: string): number | null {
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] =
    written.exec(text) ?? [];
  if (year === undefined) return null;
  const wall = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Number(fraction.padEnd(3, '0')),
  );
  // 30 February and 25:61 come out as something else.
  return formatWall(wall).startsWith(text.slice(0, 19)) ? wall : null;
}

/** `2026-03-29T02:30:00`, with milliseconds where there are any. */
export function formatWall(wall: number): string {
  return new Date(wall).toISOString().replace(/(?:\.000)?Z$/, '');
}

/** RFC 3339 with the zone's offset: `2026-03-29T03:30:00+02:00`. Seconds of an offset are not shown. */
export function formatLocal(instant: number, offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60_000);
  const pad = (part: number): string => String(part).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  return `${formatWall(instant + offset)}${sign}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
