/**
 * Checks requests against their TypeBox schemas and words what is wrong: the field by JSON pointer, and what it should
 * be. Nothing is removed, defaulted or converted, but for the numbers of a query string, which can only be text.
 */
import type { FastifyBaseLogger, FastifyInstance, FastifySchemaCompiler, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import type { Mistake } from '../schemas/problem.js';
import { invalidRequest } from './problems.js';

/** The app as routes see it: a handler's types follow from its schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export type Checked<Type> = { value: Type } | { mistakes: Mistake[] };

/** Compiles a schema to a function that answers the value, typed, or each mistake in it (eight at most). */
export function checkerOf<Schema extends TSchema>(
  schema: Schema,
  part: Mistake['in'],
): (value: unknown) => Checked<Static<Schema>> {
  const validator = Compile(schema);
  return (value) =>
    validator.Check(value) ? { value } : { mistakes: mistakesOf(schema, validator.Errors(value), part) };
}

const parts: Record<string, Mistake['in']> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'header',
};

/** For Fastify's `setValidatorCompiler`. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = checkerOf(schema, parts[httpPart ?? 'body'] ?? 'body');
  const convert = httpPart === 'querystring';
  return (sent) => {
    const checked = check(convert ? queryValues(schema, sent) : sent);
    return 'mistakes' in checked ? { error: invalidRequest(checked.mistakes) } : checked;
  };
};

/** The same query, numbers as numbers where the schema wants one, spelt in the one usual way: ` 5`, `1e2` and `true` are none. */
function queryValues(schema: TSchema, sent: unknown): unknown {
  const { properties = {} } = schema as { properties?: Record<string, { type?: unknown }> };
  const isNumber = (name: string) => ['integer', 'number'].includes(String(properties[name]?.type));
  return Object.fromEntries(
    Object.entries(sent as object).map(([name, text]: [string, unknown]) => [
      name,
      isNumber(name) && typeof text === 'string' && /^-?(?:0|[1-9]\d{0,14})$/.test(text)
        ? Number(text)
        : text,
    ]),
  );
}

function mistakesOf(schema: TSchema, errors: TLocalizedValidationError[], part: Mistake['in']): Mistake[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ instancePath }) => instancePath);
  return errors
    .filter((error) => error.keyword === 'anyOf' || !unions.includes(error.instancePath))
    .flatMap((error) => worded(schema, error))
    .map((mistake) => ({ ...mistake, in: part }));
}

/** One error of TypeBox as mistakes: none for the summary that follows the single unknown fields, several for `required`. */
function worded(schema: TSchema, error: TLocalizedValidationError): Pick<Mistake, 'detail' | 'pointer'>[] {
  const { keyword, instancePath: pointer, schemaPath, params } = error;
  const it = descriptionAt(schema, schemaPath);
  switch (keyword) {
    case 'boolean':
      return [{ pointer, detail: 'is not a known field; leave it out or correct its name' }];
    case 'additionalProperties':
      return [];
    case 'required':
      return params.requiredProperties.map((name) => ({
        pointer: `${pointer}/${escapePointer(name)}`,
        detail: `is required${descriptionAt(schema, `${schemaPath}/properties/${name}`)}`,
      }));
    case 'enum':
      return [
        {
          pointer,
          detail: `must be one of ${params.allowedValues.join(', ')}`,
        },
      ];
    case 'anyOf':
      return [{ pointer, detail: `is of the wrong kind${it}` }];
    default:
      return [{ pointer, detail: `${error.message}${it}` }];
  }
}

function descriptionAt(schema: TSchema, schemaPath: string): string {
  let at: unknown = schema;
  for (const step of schemaPath.split('/').slice(1)) at = (at as Record<string, unknown> | undefined)?.[step];
  const description = (at as { description?: string } | undefined)?.description;
  return description === undefined ? '' : `; it is: ${description}`;
}

/** One step of a JSON pointer (RFC 6901, 3). */
export function escapePointer(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}
