/**
 * Instants as users write them: RFC 3339 with an offset. Pure. Digits below a millisecond are rounded up, since a timer
 * may be late by what the clock cannot tell, but never early.
 */

/** Epoch milliseconds, or the reason why the text is no instant, worded to follow the field's name. */
export type ParsedInstant = { at: number } | { reason: string };

const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,18}))?(?:([Zz])|([+-])(\d{2}):(\d{2}))$/;
const withoutOffset = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/;

export function parseInstant(text: string): ParsedInstant {
  const parts = rfc3339.exec(text);
  if (!parts) return { reason: misspelling(text) };
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as Six;
  if (second === 60)
    return { reason: 'names a leap second, which clocks do not tell; write the next full minute' };
  if (hour > 23 || minute > 59 || second > 59) return { reason: 'names a time of day that does not exist' };
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    return { reason: 'names a day that does not exist' };
  const offset = offsetMs(parts[9], parts[10], parts[11]);
  if (offset === null) return { reason: 'has an offset that does not exist' };
  return { at: date.getTime() + fractionMs(parts[7]) - offset };
}

type Six = [number, number, number, number, number, number];

function fractionMs(digits: string | undefined): number {
  if (digits === undefined) return 0;
  const ms = Number(digits.slice(0, 3).padEnd(3, '0'));
  return /[1-9]/.test(digits.slice(3)) ? ms + 1 : ms;
}

function offsetMs(sign: string | undefined, hours = '0', minutes = '0'): number | null {
  if (sign === undefined) return 0;
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -ms : ms;
}

function misspelling(text: string): string {
  if (withoutOffset.test(text)) return 'has no offset; end it with Z for UTC, or with one such as +02:00';
  if (/ \d{2}:\d{2}$/.test(text)) return 'has lost its `+`; in a query write it as %2B, or use Z';
  return 'is not an RFC 3339 date and time with offset, such as 2030-01-31T09:00:00Z';
}

let lastAt = NaN;
let lastText = '';

/** UTC, with milliseconds: `2030-01-31T09:00:00.000Z`. The last one is kept: an answer tells most of its instants twice. */
export function formatInstant(at: number): string {
  if (at !== lastAt) {
    lastText = new Date(at).toISOString();
    lastAt = at;
  }
  return lastText;
}

export function formatInstantOrNull(at: number | null): string | null {
  return at === null ? null : formatInstant(at);
}
