/**
 * What may go wrong, in the OpenAPI document (pure): routes name the codes of their own, and what follows from the kind of
 * request – a body, a path with parts, or none of these – is added here, so that no route can forget it.
 */
import {
  exampleOf,
  problemCodes,
  statusOf,
  titleOf,
  typeOf,
  type ProblemCode,
} from '../schemas/problem-codes.js';
import { mediaType } from '../schemas/problem.js';

export interface DocumentedOperation {
  parameters?: { in: string }[];
  responses: Record<string, object>;
}

export interface DocumentedApi {
  paths: Record<string, Record<string, DocumentedOperation>>;
  components: { schemas: Record<string, object> };
}

const anywhere: readonly ProblemCode[] = [
  'invalid-request',
  'malformed-request',
  'unauthorized',
  'forbidden',
  'request-timeout',
  'rate-limited',
  'headers-too-large',
  'internal',
  'store-unavailable',
  'overloaded',
];
const withPathParts: readonly ProblemCode[] = ['malformed-url'];
/** A method that may have a body: one that is sent to a route which takes none is read all the same. */
const withBody: readonly ProblemCode[] = ['malformed-json', 'body-too-large', 'unsupported-media-type'];
const bodiless = ['get', 'head'];

/** Answers the same document with each operation's failures in full; an answer of one code stands once, for all that may give it. */
export function documentProblems(document: DocumentedApi): DocumentedApi {
  const shared = new Map<string, object>();
  const paths = Object.entries(document.paths).map(([path, operations]) => [
    path,
    Object.fromEntries(
      Object.entries(operations).map(([method, operation]) => [method, complete(method, operation, shared)]),
    ),
  ]);
  const components = { ...document.components, responses: Object.fromEntries(shared) };
  return { ...document, paths: Object.fromEntries(paths) as DocumentedApi['paths'], components };
}

function complete(
  method: string,
  operation: DocumentedOperation,
  shared: Map<string, object>,
): DocumentedOperation {
  const own = Object.values(operation.responses).flatMap(codesOf);
  const possible = new Set<ProblemCode>([...own, ...followingFrom(method, operation)]);
  const codes = problemCodes.filter((code) => possible.has(code));
  const failures = [...new Set(codes.map(statusOf))].map((status) => {
    const those = codes.filter((code) => statusOf(code) === status);
    const [code, ...more] = those;
    if (!code || more.length > 0) return [status, answerOf(those)];
    const name = nameOf(code);
    shared.set(name, answerOf(those));
    return [status, { $ref: `#/components/responses/${name}` }];
  });
  const successes = Object.entries(operation.responses).filter(([status]) => status < '400');
  return {
    ...operation,
    responses: Object.fromEntries([...successes, ...failures]) as Record<string, object>,
  };
}

function followingFrom(method: string, { parameters = [] }: DocumentedOperation): ProblemCode[] {
  return [
    ...anywhere,
    ...(parameters.some((parameter) => parameter.in === 'path') ? withPathParts : []),
    ...(bodiless.includes(method) ? [] : withBody),
  ];
}

/** The codes that `problemAnswers` put beside the schema. */
function codesOf(response: object): ProblemCode[] {
  const { content } = response as { content?: Record<string, { codes?: ProblemCode[] }> };
  return content?.[mediaType]?.codes ?? [];
}

function answerOf(codes: readonly ProblemCode[]): object {
  const [first] = codes;
  const retries = first !== undefined && [429, 503].includes(statusOf(first));
  return {
    description: codes.map((code) => `\`${code}\`: ${titleOf(code)}.`).join(' '),
    ...(retries && {
      headers: { 'Retry-After': { description: 'seconds to wait', schema: { type: 'integer' } } },
    }),
    content: {
      [mediaType]: {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { type: 'object', properties: { code: { enum: codes } } },
          ],
        },
        examples: Object.fromEntries(codes.map((code) => [code, { value: problemLike(code) }])),
      },
    },
  };
}

function problemLike(code: ProblemCode): object {
  const [status, detail] = [statusOf(code), exampleOf(code)];
  const [place, pointer, ...rest] = detail.split(' ');
  const about = { type: typeOf(code), title: titleOf(code), status, detail, instance: 'k3x81p-2f', code };
  return place === 'body' && pointer?.startsWith('/')
    ? { ...about, errors: [{ detail: rest.join(' '), pointer, in: 'body' }] }
    : about;
}

/** `body-too-large` → `BodyTooLarge`. */
function nameOf(code: ProblemCode): string {
  return code.replace(/(?:^|-)(\w)/g, (_all, letter: string) => letter.toUpperCase());
}
