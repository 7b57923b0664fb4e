/**
 * JSON schemas as TypeScript declarations (pure). Every object becomes an interface of its own, called by its title or by
 * where it stands; the same object met again is the same interface.
 */
import type { Schema } from './openapi.js';

export interface Field {
  name: string;
  type: string;
  required: boolean;
  description?: string | undefined;
}

export class Declarations {
  readonly #names = new Map<string, string>();
  readonly #sources = new Map<string, string>();

  /** All of them, as source. */
  toString(): string {
    return [...this.#sources.values()].join('\n\n');
  }

  /** Begins with the schemas that have names of their own, so that an object of their shape is called by these. */
  constructor(components: Readonly<Record<string, Schema>>) {
    const named = Object.entries(components);
    for (const [name, schema] of named)
      if (schema.properties && !this.#names.has(identityOf(schema)))
        this.#names.set(identityOf(schema), name);
    for (const [name, schema] of named) this.#component(name, schema);
  }

  #component(name: string, schema: Schema): void {
    const type = this.typeOf(schema, name);
    if (type === name) this.#declareObject(name, schema);
    else this.#sources.set(name, `${comment(schema.description)}export type ${name} = ${type};`);
  }

  /** The TypeScript type of a schema; what it consists of is declared, under `name` where it has no title. */
  typeOf(schema: Schema, name: string): string {
    if (schema.$ref) return schema.$ref.split('/').at(-1)!;
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
    if (schema.anyOf) return union(schema.anyOf.map((one, i) => this.typeOf(one, `${name}${i + 1}`)));
    if (Array.isArray(schema.type))
      return union(schema.type.map((type) => this.typeOf({ ...schema, type }, name)));
    return this.#plainType(schema, name);
  }

  /** Declares an interface, unless one of this name stands already for the same fields. */
  declare(name: string, fields: readonly Field[], description?: string): void {
    const lines = fields.map(({ name: field, type, required, description: text }) => {
      const missing = type === 'unknown' ? '' : ' | undefined';
      return `${comment(text)}${field}${required ? `: ${type}` : `?: ${type}${missing}`};`;
    });
    const source = `${comment(description)}export interface ${name} {\n${lines.join('\n')}\n}`;
    const there = this.#sources.get(name);
    if (there !== undefined && there !== source) throw new Error(`two different schemas are called ${name}`);
    this.#sources.set(name, source);
  }

  #plainType(schema: Schema, name: string): string {
    switch (schema.type) {
      case undefined:
        return 'unknown';
      case 'integer':
        return 'number';
      case 'array':
        return `${bracketed(this.typeOf(schema.items ?? {}, `${name}Item`))}[]`;
      case 'object':
        return schema.properties ? this.#interface(schema, name) : this.#record(schema, name);
      default:
        return schema.type as string;
    }
  }

  #record({ additionalProperties: values }: Schema, name: string): string {
    return `Record<string, ${typeof values === 'object' ? this.typeOf(values, `${name}Value`) : 'unknown'}>`;
  }

  #interface(schema: Schema, place: string): string {
    const known = this.#names.get(identityOf(schema));
    if (known !== undefined) return known;
    const name = schema.title ?? place;
    this.#names.set(identityOf(schema), name);
    this.#declareObject(name, schema);
    return name;
  }

  #declareObject(name: string, { description, properties = {}, required = [] }: Schema): void {
    const fields = Object.entries(properties).map(([field, schema]) => ({
      name: field,
      type: this.typeOf(schema, name + pascal(field)),
      required: required.includes(field),
      description: schema.description,
    }));
    this.declare(name, fields, description);
  }
}

/** Two objects of the same fields are the same, whatever is said of them. */
function identityOf({ properties, required }: Schema): string {
  return JSON.stringify([properties, required]);
}

/** `timerId` → `TimerId`. */
export function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** A doc comment on a line of its own, or nothing. */
export function comment(text: string | undefined): string {
  return text ? `/** ${text.replaceAll('*/', '*\\/').replace(/\s+/g, ' ')} */\n` : '';
}

/** Without the words that a plain string takes in already. */
function union(types: string[]): string {
  const told = types.includes('string') ? types.filter((type) => !type.startsWith('"')) : types;
  return [...new Set(told)].join(' | ');
}

function bracketed(type: string): string {
  return type.includes('|') ? `(${type})` : type;
}
