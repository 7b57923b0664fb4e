/**
 * Every operation of the OpenAPI document, and a request for each that is as the document says: so that what is added to the
 * API is asked by the tests of tenancy without anybody thinking of it. What cannot be derived fails, and says what to add.
 */
import type { World } from '../world.js';

interface Parameter {
  in: string;
  name: string;
  schema: { type?: string; enum?: unknown[] };
}

interface Described {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { examples?: Record<string, { value: unknown }> }> };
  responses: Record<string, { content?: Record<string, unknown> }>;
}

export interface Operation {
  id: string;
  method: string;
  path: string;
  /** One for each example, or none at all. */
  bodies: unknown[];
  /** Those that take any text. */
  queries: string[];
  /** It answers events for as long as one listens. */
  isStream: boolean;
}

/** What stands for a path parameter, by the beginning of the path; `id` by the kind of thing that it names. */
export interface Names {
  ns: string;
  timer: string;
  execution: string;
  key: string;
}

export interface Probe {
  operation: Operation;
  url: string;
  body: unknown;
}

export async function operationsOf({ call }: Pick<World, 'call'>): Promise<Operation[]> {
  const { body } = await call('GET', '/openapi.json');
  const { paths } = body as unknown as { paths: Record<string, Record<string, Described>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      id: described.operationId,
      method: method.toUpperCase(),
      path,
      bodies: examplesOf(described),
      queries: (described.parameters ?? [])
        .filter(({ in: place, schema }) => place === 'query' && schema.type === 'string' && !schema.enum)
        .map(({ name }) => name),
      isStream: 'text/event-stream' in (described.responses['200']?.content ?? {}),
    })),
  );
}

/** The request for each example of a body, with these names in the path. */
export function probesOf(operation: Operation, names: Names): Probe[] {
  const url = operation.path.replace(/\{(\w+)\}/g, (_all, name: string) =>
    nameFor(operation.path, name, names),
  );
  const bodies = operation.bodies.length > 0 ? operation.bodies : [undefined];
  return bodies.map((body) => ({ operation, url, body }));
}

/** The same with each query parameter that takes text, one at a time; what each says about others is for `texts` to know. */
export function queriedProbesOf(
  operation: Operation,
  names: Names,
  textFor: (query: string) => string,
): Probe[] {
  return operation.queries.flatMap((query) =>
    probesOf(operation, names).map((probe) => ({
      ...probe,
      url: `${probe.url}?${query}=${encodeURIComponent(textFor(query))}`,
    })),
  );
}

const kinds: readonly [RegExp, keyof Names][] = [
  [/^\/v1\/timers\//, 'timer'],
  [/^\/v1\/executions\//, 'execution'],
  [/^\/v1\/keys\//, 'key'],
];

function nameFor(path: string, parameter: string, names: Names): string {
  if (parameter === 'ns') return names.ns;
  const kind = parameter === 'id' ? kinds.find(([prefix]) => prefix.test(path))?.[1] : undefined;
  if (kind) return names[kind];
  throw new Error(`say in tests/api/tenancy/operations.ts what {${parameter}} of ${path} names`);
}

function examplesOf({ operationId, requestBody }: Described): unknown[] {
  if (!requestBody) return [];
  const examples = Object.values(requestBody.content).flatMap(({ examples: some = {} }) =>
    Object.values(some).map(({ value }) => value),
  );
  if (examples.length > 0) return examples;
  throw new Error(`give the body of ${operationId} an example (x-examples in its schema)`);
}
