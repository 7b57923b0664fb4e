/**
 * Configuration from the environment: one TypeBox schema in, one frozen object out, every mistake reported at once.
 * A property `adminPort` is read from `CARILLON_ADMIN_PORT`. Unknown `CARILLON_*` variables are refused, since a
 * misspelt one would silently do nothing. Secrets are never part of a message.
 */
import type { Static, TObject, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { CarillonError } from '../base/errors.js';

const prefix = 'CARILLON_';
/** Read by the `carillon` command, which may share a shell with a service. */
const ofTheCommand = ['CARILLON_URL', 'CARILLON_NAMESPACE', 'CARILLON_KEY'];

/** `adminPort` → `CARILLON_ADMIN_PORT`. */
export function variableName(property: string): string {
  return prefix + property.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

export type Environment = Record<string, string | undefined>;

/**
 * Reads every property of the schema. Throws `invalid-configuration`, naming each variable that is wrong and why.
 * Variables that begin with the name of one of `otherServices` are theirs: one environment may serve a whole machine.
 */
export function loadConfig<Schema extends TObject>(
  schema: Schema,
  environment: Environment,
  otherServices: readonly string[] = [],
): Readonly<Static<Schema>> {
  const mistakes: string[] = unknownVariables(environment, schema, otherServices);
  const config: Record<string, unknown> = {};
  for (const [property, rule] of Object.entries<TSchema>(schema.properties)) {
    const name = variableName(property);
    const text = environment[name];
    const value: unknown = text === undefined || text === '' ? defaultOf(rule) : parse(rule, text);
    if (value === undefined && isOptional(rule)) continue;
    if (value === undefined) mistakes.push(`${name} is required: ${describe(rule)}`);
    else if (!Value.Check(rule, value)) mistakes.push(`${name} ${complaint(rule, value)}`);
    config[property] = value;
  }
  if (mistakes.length > 0) {
    throw new CarillonError(
      'invalid-configuration',
      `the configuration has ${mistakes.length} mistake(s):\n  ${mistakes.join('\n  ')}`,
    );
  }
  return Object.freeze(config) as Readonly<Static<Schema>>;
}

function unknownVariables(
  environment: Environment,
  schema: TObject,
  otherServices: readonly string[],
): string[] {
  const names = new Set([...ofTheCommand, ...Object.keys(schema.properties).map(variableName)]);
  const foreign = otherServices.map((service) => `${variableName(service)}_`);
  return Object.keys(environment)
    .filter(
      (name) =>
        name.startsWith(prefix) && !names.has(name) && !foreign.some((start) => name.startsWith(start)),
    )
    .map((name) => `${name} is not a known variable; see .env.sample for those that are`);
}

function parse(rule: TSchema, text: string): unknown {
  const { type } = rule as { type?: string };
  if (type === 'number' || type === 'integer')
    return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (type === 'array')
    return text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean);
  return text;
}

function complaint(rule: TSchema, value: unknown): string {
  const [error] = Value.Errors(rule, value);
  const shown = isSecret(rule) ? 'its value' : JSON.stringify(value);
  return `is wrong: ${shown} ${error?.message ?? 'does not fit'}; it is: ${describe(rule)}`;
}

function defaultOf(rule: TSchema): unknown {
  return (rule as { default?: unknown }).default;
}

function isOptional(rule: TSchema): boolean {
  return '~optional' in rule;
}

function isSecret(rule: TSchema): boolean {
  return (rule as { secret?: boolean }).secret === true;
}

function describe(rule: TSchema): string {
  return (rule as { description?: string }).description ?? 'see .env.sample';
}
