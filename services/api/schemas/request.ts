/** The parts of requests that several routes share: headers, path parameters, paging. */
import Type from 'typebox';

const namePattern = '^[A-Za-z0-9_-]{1,64}$';
export const namespaceName = Type.String({
  pattern: namePattern,
  description: 'the namespace, 1 to 64 letters, digits, `_` and `-`',
});
const namespace = Type.Optional(
  Type.String({
    pattern: namePattern,
    default: 'default',
    description: 'the namespace, 1 to 64 letters, digits, `_` and `-`; `default` unless sent',
  }),
);
const idempotencyKey = Type.Optional(
  Type.String({
    pattern: '^[\\x21-\\x7e]{1,255}$',
    description: 'up to 255 visible characters of your choice, the same when the request is repeated',
  }),
);
const ifMatch = Type.Optional(
  Type.String({
    pattern: '^(\\*|(W/)?"\\d+"(\\s*,\\s*(W/)?"\\d+")*)$',
    description: 'the ETag of the generation to change, in quotes, such as "3"',
  }),
);

export const readingHeaders = Type.Object({ 'carillon-namespace': namespace });
export const creatingHeaders = Type.Object({
  'carillon-namespace': namespace,
  'idempotency-key': idempotencyKey,
});
export const changingHeaders = Type.Object({ 'carillon-namespace': namespace, 'if-match': ifMatch });
export const puttingHeaders = Type.Object({
  'carillon-namespace': namespace,
  'idempotency-key': idempotencyKey,
  'if-match': ifMatch,
});
