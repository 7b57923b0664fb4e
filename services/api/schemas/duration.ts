/**
 * Durations as users write them: ISO 8601 (`PT1H30M`), short (`1h30m`, `250ms`) or milliseconds as a number. Pure.
 * A month or a year has no fixed length and is refused, never guessed; what is finer than a millisecond is refused too.
 */

/** Milliseconds, or the reason why the text is no duration, worded to follow the field's name. */
export type ParsedDuration = { ms: number } | { reason: string };

const weekMs = 604_800_000;
const dayMs = 86_400_000;
const hourMs = 3_600_000;
const minuteMs = 60_000;
const secondMs = 1_000;

const amount = String.raw`(\d{1,15}(?:[.,]\d{1,9})?)`;
const iso = new RegExp(
  `^P(?=[\\dT])(?:${amount}W)?(?:${amount}D)?(?:T(?=\\d)(?:${amount}H)?(?:${amount}M)?(?:${amount}S)?)?$`,
);
const short = new RegExp(
  `^(?=\\d)(?:${amount}w)?(?:${amount}d)?(?:${amount}h)?(?:${amount}m)?(?:${amount}s)?(?:${amount}ms)?$`,
);
const units = [weekMs, dayMs, hourMs, minuteMs, secondMs, 1];

/** Parses a duration; zero is one, a sign is not. */
export function parseDuration(value: string | number): ParsedDuration {
  if (typeof value === 'number') return whole(value);
  const parts = iso.exec(value) ?? short.exec(value);
  if (!parts) return { reason: misspelling(value) };
  let ms = 0;
  units.forEach((unit, i) => {
    const part = parts[i + 1];
    if (part !== undefined) ms += Number(part.replace(',', '.')) * unit;
  });
  // 1.1 s is 1100.0000000000002 ms in binary: what is that close to a whole number was meant to be it.
  const rounded = Math.round(ms);
  return whole(Math.abs(ms - rounded) < 1e-6 ? rounded : ms);
}

function whole(ms: number): ParsedDuration {
  if (ms < 0) return { reason: 'is negative; a duration is zero or more' };
  if (!Number.isInteger(ms)) return { reason: 'is finer than a millisecond; round it' };
  if (!Number.isSafeInteger(ms)) return { reason: 'is too long' };
  return { ms };
}

function misspelling(text: string): string {
  if (/^-/.test(text)) return 'is negative; a duration is zero or more';
  if (/^P[^T]*\d[YM]/.test(text) || /\d\s*(y|mo|months?|years?)/i.test(text))
    return 'names months or years, which have no fixed length; write days or hours, or give the date as `at`';
  if (/^\d+([.,]\d+)?$/.test(text))
    return 'has no unit; write `10s`, `PT10S`, or milliseconds as a number without quotes';
  return 'is not a duration; write it like PT1H30M, 1h30m or 90s, or give milliseconds as a number';
}

/** The ISO 8601 form that answers use, in days, hours, minutes and seconds: 5,400,000 is `PT1H30M`, 0 is `PT0S`. */
export function formatDuration(ms: number): string {
  const days = Math.floor(ms / dayMs);
  const hours = Math.floor((ms % dayMs) / hourMs);
  const minutes = Math.floor((ms % hourMs) / minuteMs);
  const seconds = (ms % minuteMs) / secondMs;
  const date = days > 0 ? `${days}D` : '';
  const time = [
    hours > 0 ? `${hours}H` : '',
    minutes > 0 ? `${minutes}M` : '',
    seconds > 0 ? `${seconds}S` : '',
  ];
  if (time.every((part) => part === '')) return date === '' ? 'PT0S' : `P${date}`;
  return `P${date}T${time.join('')}`;
}
