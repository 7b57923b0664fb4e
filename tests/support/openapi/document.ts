/** The OpenAPI document as tests read it: each operation with what it takes and what it may answer, references followed. */

export type Schema = Readonly<Record<string, unknown>>;

export interface Media {
  schema: Schema;
  examples?: Record<string, { value: unknown }>;
}

export interface Parameter {
  in: 'path' | 'query' | 'header';
  name: string;
  required?: boolean;
  schema: Schema;
}

export interface Answer {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, Media>;
}

interface DescribedOperation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses: Record<string, Answer | { $ref: string }>;
}

export interface OpenApi {
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Answer> };
}

export interface Operation {
  id: string;
  /** In capitals. */
  method: string;
  /** With `{parts}`. */
  path: string;
  parameters: Parameter[];
  /** Null where it takes none. */
  body: Media | null;
  answers: Readonly<Record<string, Answer>>;
}

export function operationsOf({ paths, components }: OpenApi): Operation[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      parameters: operation.parameters ?? [],
      body: operation.requestBody?.content['application/json'] ?? null,
      answers: Object.fromEntries(
        Object.entries(operation.responses).map(([status, answer]) => [
          status,
          '$ref' in answer ? components.responses[lastOf(answer.$ref)]! : answer,
        ]),
      ),
    })),
  );
}

/** The problem codes that an operation may answer with this status. */
export function codesOf(answer: Answer | undefined): string[] {
  return Object.keys(answer?.content?.['application/problem+json']?.examples ?? {});
}

function lastOf(reference: string): string {
  return reference.split('/').at(-1)!;
}
