/**
 * The generated half of the TypeScript client, from the OpenAPI document (pure): a declaration for each schema, and a
 * class with one method an operation, called by its operationId, that does nothing but name the request. Streams have none.
 */
import { comment, Declarations, pascal, type Field } from './declarations.js';
import { isStream, schemaOf, type OpenApi, type Operation, type Parameter } from './openapi.js';

const head = `/**
 * Written from the OpenAPI document by clients/generator: \`npx vitest run tests/clients/generation.test.ts --update\`.
 * Not for editing.
 */
import type { CallOptions, Send } from './request.js';`;

/** The source, to be formatted. Throws when two different schemas have one name. */
export function clientSource(document: OpenApi): string {
  const declarations = new Declarations(document.components.schemas);
  const methods = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => {
      const source = methodSource({ method: method.toUpperCase(), path, operation }, declarations);
      return isStream(operation) ? [] : [source];
    }),
  );
  return `${head}

${declarations.toString()}

/** Every operation of the API, as it is; \`Carillon\` adds the comforts. */
export class Operations {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

${methods.join('\n\n')}
}
`;
}

interface Route {
  method: string;
  path: string;
  operation: Operation;
}

function methodSource({ method, path, operation }: Route, declarations: Declarations): string {
  const { operationId: id, summary, description, parameters = [] } = operation;
  const fields = requestFields(operation, declarations);
  const requestName = `${pascal(id)}Request`;
  if (fields.length > 0) declarations.declare(requestName, fields);
  const named = (place: Parameter['in']) => parameters.filter((parameter) => parameter.in === place);
  const parts = [
    `method: '${method}'`,
    `path: \`${path.replace(/\{(\w+)\}/g, (_all, name: string) => `\${encodeURIComponent(request.${name})}`)}\``,
    ...(['query', 'header'] as const)
      .filter((place) => named(place).length > 0)
      .map((place) => `${place === 'header' ? 'headers' : place}: {${named(place).map(entry).join(', ')}}`),
    ...(operation.requestBody ? ['body: request.body'] : []),
  ];
  const fallback = fields.some(({ required }) => required) ? '' : ' = {}';
  const request = fields.length > 0 ? `request: ${requestName}${fallback}, ` : '';
  return `${comment([summary, description].filter(Boolean).join('. '))}${id}(${request}options?: CallOptions): Promise<${answerType(operation, declarations)}> {
    return this.#send({ ${parts.join(', ')} }, options);
  }`;
}

function requestFields({ operationId, parameters = [], requestBody }: Operation, to: Declarations): Field[] {
  const fields = parameters.map(({ name, required = false, description, schema }) => ({
    name: camel(name),
    type: to.typeOf(schema, pascal(operationId) + pascal(camel(name))),
    required,
    description: description ?? schema.description,
  }));
  const body = schemaOf(requestBody);
  if (!body) return fields;
  return [
    ...fields,
    {
      name: 'body',
      type: to.typeOf(body, `${pascal(operationId)}Body`),
      required: requestBody?.required ?? false,
      description: body.description,
    },
  ];
}

/** What the successes answer; void where one has no body. */
function answerType({ operationId, responses }: Operation, to: Declarations): string {
  const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  const types = successes.map(([, answer]) => {
    const schema = schemaOf(answer);
    return schema ? to.typeOf(schema, `${pascal(operationId)}Answer`) : 'void';
  });
  return [...new Set(types)].join(' | ');
}

function entry({ name }: Parameter): string {
  return `'${name}': request.${camel(name)}`;
}

/** `idempotency-key` → `idempotencyKey`; our own namespace header is just the namespace. */
function camel(name: string): string {
  return name.replace(/^carillon-/, '').replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
}
