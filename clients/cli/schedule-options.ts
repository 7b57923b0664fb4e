/** "When" on the command line: the options that `timers create` and `timers preview` share, and what they come to. */
import type { TimerSketch } from '../sdk/generated.js';
import type { Given, Options, World } from './command.js';
import { UsageError } from './command.js';

const overlaps = ['skip', 'bufferOne', 'bufferAll', 'cancelOther', 'allowAll'] as const;

export const scheduleOptions: Options = {
  at: { value: 'INSTANT', help: 'once, at 2030-01-31T09:00:00Z' },
  delay: { value: 'DURATION', help: 'once, so long from now: 90s, 1h30m, PT1H30M' },
  'local-time': { value: 'TIME', help: 'once, at 2030-03-31T02:30:00 in --timezone' },
  cron: { value: 'EXPRESSION', help: "again and again: '30 2 * * MON-FRI'" },
  every: { value: 'DURATION', help: 'again and again, at this distance' },
  anchor: { value: 'INSTANT', help: 'what --every is aligned to' },
  timezone: { value: 'ZONE', help: 'such as Europe/Berlin' },
  'start-at': { value: 'INSTANT', help: 'no occurrence before it' },
  'end-at': { value: 'INSTANT', help: 'no occurrence after it' },
  'max-runs': { value: 'N', help: 'no occurrence after so many runs' },
  jitter: { value: 'DURATION', help: 'each occurrence up to so much later' },
  overlap: { value: 'POLICY', choices: overlaps, help: 'when the one before still runs' },
  file: { value: 'PATH', help: 'a timer as JSON, - for standard input; options win over what it says' },
};

/** The timer so far: what the file says, and the schedule. What was not given is not there. */
export async function readSketch(given: Given, world: World): Promise<TimerSketch> {
  const path = given.text('file');
  const filed = path === undefined ? {} : parseObject(path, await world.readText(path));
  return {
    ...filed,
    ...withValues({
      at: given.text('at'),
      delay: given.text('delay'),
      localTime: given.text('local-time'),
      cron: given.text('cron'),
      every: given.text('every'),
      anchor: given.text('anchor'),
      timezone: given.text('timezone'),
      startAt: given.text('start-at'),
      endAt: given.text('end-at'),
      maxRuns: given.count('max-runs'),
      jitter: given.text('jitter'),
      overlap: overlaps.find((policy) => policy === given.text('overlap')),
    }),
  };
}

/** The fields that have a value. */
function withValues<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}

/** The API judges what is in it; it has only to be an object. */
function parseObject(path: string, text: string): TimerSketch {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw new UsageError(`--file ${path} is not JSON: ${(error as Error).message}`);
  }
  throw new UsageError(`--file ${path} is no JSON object`);
}
