/**
 * "When" in requests: one kind of schedule, what it may add, and what becomes of occurrences that are missed or overlap.
 * Which of them go together stands in definition/schedule.ts; docs/schedules.md has every rule with its reason.
 */
import Type, { type Static } from 'typebox';
import { misfirePolicies } from '../../../shared/timers/misfire.js';
import { overlapPolicies } from '../../../shared/timers/overlap.js';
import { durationField } from './duration-field.js';

const closed = { additionalProperties: false };
const Instant = (description: string) => Type.String({ maxLength: 64, description });
const Expression = (description: string) => Type.String({ minLength: 1, maxLength: 512, description });

/** Exactly one of these. */
export const kindFields = {
  at: Type.Optional(Instant('one instant, RFC 3339 with offset')),
  delay: Type.Optional(
    durationField('how long from now; such a timer can be put off by touching it, as a watchdog', '10s'),
  ),
  localTime: Type.Optional(
    Type.String({
      maxLength: 32,
      description: 'one local time without offset, such as 2030-03-31T02:30:00, in `timezone`',
    }),
  ),
  cron: Type.Optional(
    Expression(
      'an expression of five fields, or six with seconds first; names, lists, ranges, steps, L, W, #, H, @daily and its like, and CRON_TZ= in front',
    ),
  ),
  every: Type.Optional(
    durationField(
      'the same distance for ever, at least 1 s; aligned to `anchor`, whatever ran when',
      'PT15M',
    ),
  ),
};

/** What makes sense beside some kinds only. */
export const partFields = {
  anchor: Type.Optional(
    Instant('with `every`: an instant that it is aligned to, RFC 3339; the creation unless sent'),
  ),
  timezone: Type.Optional(
    Type.String({
      maxLength: 64,
      description:
        'a zone of the tz database, such as Europe/Berlin; required with `localTime`, else UTC unless sent',
    }),
  ),
  dst: Type.Optional(
    Type.Object(
      {
        gap: Type.Optional(
          Type.Enum(['skip', 'shift'], {
            description:
              'a local time that does not exist: leave it out, or read it with the offset before the gap (02:30 becomes 03:30)',
          }),
        ),
        fold: Type.Optional(
          Type.Enum(['first', 'second', 'both'], {
            description: 'a local time that comes twice: which of the two',
          }),
        ),
      },
      {
        ...closed,
        description:
          'with `localTime` and `cron`: what clock changes do; shift and first unless sent, for a cron with a star or a step as its hour skip and both',
      },
    ),
  ),
};

/** What every kind may add. */
export const limitFields = {
  startAt: Type.Optional(Instant('no occurrence before it; one at this very instant counts')),
  endAt: Type.Optional(Instant('no occurrence after it; one at this very instant counts')),
  maxRuns: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000_000_000, description: 'no occurrence after so many runs' }),
  ),
  exclusions: Type.Optional(
    Type.Object(
      {
        dates: Type.Optional(
          Type.Array(Type.String({ maxLength: 16 }), {
            maxItems: 1_000,
            description: 'whole local days, such as 2030-12-24',
          }),
        ),
        crons: Type.Optional(
          Type.Array(Expression('whole minutes (five fields) or seconds (six) that it names'), {
            maxItems: 16,
            description: 'expressions for times at which nothing occurs',
          }),
        ),
      },
      { ...closed, description: 'occurrences that are left out, in the zone of the schedule' },
    ),
  ),
  jitter: Type.Optional(
    durationField(
      'each occurrence is due up to so much later, always the same for the same occurrence; at most 30 days',
      'PT30S',
    ),
  ),
};

const misfireRequest = Type.Object(
  {
    policy: Type.Optional(
      Type.Enum([...misfirePolicies], {
        default: 'latest',
        description:
          'of occurrences later than the window: run none, the newest unless a newer one runs, or all',
      }),
    ),
    window: Type.Optional(
      durationField(
        'lateness up to which an occurrence simply runs late, at least 1 s; 1 h unless set',
        'PT1H',
      ),
    ),
    max: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000,
        default: 1_000,
        description: 'how many are caught up at most, 1 to 1000, the newest ones',
      }),
    ),
  },
  {
    ...closed,
    title: 'MisfireRequest',
    description: 'what becomes of occurrences that nobody could run in time',
  },
);
export type MisfireRequest = Static<typeof misfireRequest>;

export const policyFields = {
  misfire: Type.Optional(misfireRequest),
  overlap: Type.Optional(
    Type.Enum([...overlapPolicies], {
      default: 'allowAll',
      description:
        'when one is due before the one before has ended: leave it out, keep one, keep all, end the older one, or run both',
    }),
  ),
};

type ScheduleFields = typeof kindFields & typeof partFields & typeof limitFields;
export type ScheduleRequest = Static<Type.TObject<ScheduleFields>>;

export const kinds = Object.keys(kindFields) as (keyof typeof kindFields)[];
export const anyKind = '`at`, `delay`, `localTime`, `cron` and `every`';
