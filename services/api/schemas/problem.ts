/** The shape of every error: RFC 9457, with a stable code and, for a wrong request, each field that is wrong. */
import Type, { type Static, type TSchema } from 'typebox';

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

const descriptions: Record<number, string> = {
  400: 'The request is wrong; `errors` names each field.',
  401: 'No valid API key.',
  403: 'The key is not for this namespace or may not do this, or it is refused in production mode.',
  404: 'There is no such thing in this namespace.',
  409: 'It conflicts with what is there.',
  412: 'It was changed meanwhile: `If-Match` names another generation.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  422: 'The `Idempotency-Key` was used for another request.',
  500: 'A fault of ours.',
  503: 'Cannot be done now. Repeat after `Retry-After` seconds.',
};

/** The entries of a route's `response` for the statuses it may fail with; 401, 403, 500 and 503 may come from any. */
export function problemAnswers(...statuses: number[]): Record<number, TSchema> {
  const entry = (status: number): [number, TSchema] => [
    status,
    {
      description: descriptions[status],
      content: { 'application/problem+json': { schema: Type.Ref('Problem#') } },
    },
  ];
  return Object.fromEntries([...statuses, 401, 403, 500, 503].map(entry));
}
