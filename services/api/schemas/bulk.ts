/** What operations on many timers take and answer. */
import Type, { type Static } from 'typebox';
import { instantOrNull, textOrNull } from './nullable.js';
import { timerFilter } from './timer-filter.js';
import { timerId } from './timer-request.js';

const closed = { additionalProperties: false };

/** Which timers: by name, or by filter with a plan first. */
export const bulkFields = {
  timers: Type.Optional(
    Type.Array(
      Type.Object(
        {
          id: timerId,
          ifMatch: Type.Optional(
            Type.String({
              pattern: '^(\\*|"\\d+")$',
              description: 'only if it still is of this generation, in quotes, such as "3"',
            }),
          ),
        },
        closed,
      ),
      { minItems: 1, maxItems: 1_000, description: 'these, 1 to 1000, each once; instead of `filter`' },
    ),
  ),
  filter: Type.Optional(timerFilter),
  all: Type.Optional(
    Type.Literal(true, { description: 'every open timer of the namespace, instead of `filter`' }),
  ),
  plan: Type.Optional(
    Type.Literal(true, { description: 'with `filter` or `all`: tell what would be changed' }),
  ),
  token: Type.Optional(
    Type.String({ maxLength: 1_024, description: 'of the plan, or of the call before: do it' }),
  ),
  reason: Type.Optional(
    Type.String({ minLength: 1, maxLength: 1_024, description: 'in your words; kept with each change' }),
  ),
};
export type BulkRequest = Static<Type.TObject<typeof bulkFields>>;

const token = { description: 'for the next call, which sends the same again with it' };

export const bulkAnswer = Type.Object(
  {
    results: Type.Optional(
      Type.Array(
        Type.Object({
          status: Type.Integer({ description: '200, or the status of the problem in `error`' }),
          id: Type.String(),
          generation: Type.Optional(Type.Integer()),
          error: Type.Optional(Type.Ref('Problem#')),
        }),
        { description: 'of `timers`, in order' },
      ),
    ),
    plan: Type.Optional(
      Type.Object({
        matched: Type.Integer({ description: 'open timers that the filter means; at least, unless `exact`' }),
        exact: Type.Boolean(),
        sample: Type.Array(
          Type.Object({ id: Type.String(), state: Type.String(), nextDueAt: instantOrNull('') }),
          { description: 'up to ten of them' },
        ),
        token: Type.String(token),
        expiresAt: Type.String({ format: 'date-time', description: 'until when the token is good' }),
      }),
    ),
    outcome: Type.Optional(
      Type.Object({
        changed: Type.Integer({ description: 'by this call' }),
        leftOut: Type.Integer({ description: 'created or changed since the plan was made' }),
        refused: Type.Integer({ description: 'could not be changed' }),
        problems: Type.Array(Type.Object({ id: Type.String(), error: Type.Ref('Problem#') }), {
          description: 'of the first ten that were refused',
        }),
        token: textOrNull('for the rest; null when nothing is left'),
      }),
    ),
  },
  { $id: 'BulkAnswer', description: '`results` of named timers, the `plan`, or the `outcome` of one' },
);
export type BulkAnswer = Static<typeof bulkAnswer>;
