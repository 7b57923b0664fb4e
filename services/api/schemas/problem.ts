/** The shape of every error: RFC 9457, with a stable code and, for a wrong request, each field that is wrong. */
import Type, { type Static, type TSchema } from 'typebox';
import { statusOf, type ProblemCode } from './problem-codes.js';

export const mistakeSchema = Type.Object(
  {
    detail: Type.String({ description: 'what is wrong, and what would be right' }),
    pointer: Type.String({
      description: 'JSON pointer (RFC 6901) to the field, from the root of what `in` names',
      examples: ['/target/url'],
    }),
    in: Type.Enum(['body', 'query', 'path', 'header'], { description: 'the part of the request' }),
  },
  { title: 'Mistake', description: 'one field that is wrong' },
);

/** One field that is wrong. */
export type Mistake = Static<typeof mistakeSchema>;

export const problemSchema = Type.Object(
  {
    type: Type.String({ format: 'uri', description: 'a stable URI for the code' }),
    title: Type.String({ description: 'the same for each problem of this code' }),
    status: Type.Integer(),
    detail: Type.String({ description: 'what happened this time, and what to do' }),
    instance: Type.String({
      description: 'the request id, as in the answer header `x-request-id` and in the logs',
    }),
    code: Type.String({ description: 'stable; decide by this. Each is explained in docs/errors.md' }),
    errors: Type.Optional(Type.Array(mistakeSchema)),
  },
  { $id: 'Problem', description: 'RFC 9457 problem document' },
);

export type ProblemDocument = Static<typeof problemSchema>;

export const mediaType = 'application/problem+json';

/**
 * The entries of a route's `response` for what may go wrong in it, by code. What may go wrong anywhere, or in any request
 * with a body or a path like this one's, is added to the document in plugins/documented-problems.ts.
 */
export function problemAnswers(...codes: ProblemCode[]): Record<number, TSchema> {
  return Object.fromEntries(
    [...new Set(codes.map(statusOf))].map((status) => [
      status,
      {
        description: 'refused',
        content: {
          [mediaType]: {
            schema: Type.Ref('Problem#'),
            codes: codes.filter((code) => statusOf(code) === status),
          },
        },
      },
    ]),
  );
}
