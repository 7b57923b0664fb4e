/**
 * Values that a schema of the document asks for. A schema says little of an instant or a URL, so fields that have a meaning
 * are known by name; every other is made from its schema, so that a new field needs nothing here.
 */
import fc from 'fast-check';
import type { Schema } from '../support/openapi/document.js';
import type { Chance } from './chance.js';

/** Whatever is called stands on this machine, and nothing is called often. */
export interface Surroundings {
  schemas: Readonly<Record<string, Schema>>;
  callbackUrl: string;
}

const instants = ['2034-01-31T09:00:00Z', '2033-12-31T23:59:59.999+02:00', '2032-02-29T00:00:00-11:30'];
const durations = ['10s', 'PT15M', '1h30m', 3_600_000, 'P1D', 'PT2H'];
const words = ['tea', 'a b', 'ünïcödé', '雪', '0', 'x'.repeat(60), '🫖'];

/** Plausible ones, of which not all are right everywhere. */
const knownByName: Readonly<Record<string, readonly unknown[]>> = {
  delay: durations,
  every: ['PT15M', '1h', 86_400_000],
  cron: ['30 2 * * MON-FRI', '@daily', '0 0 29 2 *', 'H H(2-5) * * *', 'CRON_TZ=Asia/Tokyo 5 4 L * ?'],
  crons: [['0 0 1 1 *'], []],
  dates: [['2034-12-25'], []],
  localTime: ['2034-03-26T02:30:00', '2034-10-29T02:30:00'],
  timezone: ['Europe/Berlin', 'UTC', 'Australia/Lord_Howe', 'America/New_York'],
  window: ['PT1H', '90s'],
  timeout: ['PT5S', '1s', 900_000],
  base: durations,
  maxDelay: durations,
  maxAge: [null, ...durations],
  jitter: ['full', 'none', 'PT30S'],
  by: ['PT1S', 'PT1M', 1],
  until: [...instants, ...durations],
};
const instantNames = /^(at|anchor|startAt|endAt|from|to|now|expiresAt|effectiveFrom|\w+(Before|After))$/;

export function valueOf(schema: Schema, name: string, chance: Chance, around: Surroundings): unknown {
  const { $ref, examples, anyOf, allOf } = schema as {
    $ref?: string;
    examples?: unknown[];
    anyOf?: Schema[];
    allOf?: Schema[];
  };
  if ($ref !== undefined) return valueOf(around.schemas[$ref.split('/').at(-1)!] ?? {}, name, chance, around);
  if (name === 'url') return `${around.callbackUrl}/${chance.below(100)}?q=${chance.below(9)}`;
  if (Array.isArray(schema['enum'])) return chance.pick(schema['enum'] as unknown[]);
  if (knownByName[name]) return chance.pick(knownByName[name]);
  if (instantNames.test(name)) return chance.pick(instants);
  if (examples && chance.happens(0.5)) return chance.pick(examples);
  if (anyOf ?? allOf) return valueOf(chance.pick((anyOf ?? allOf)!), name, chance, around);
  const type = chance.pick([schema['type']].flat()) as string | undefined;
  return makers[type ?? 'anything']?.(schema, name, chance, around) ?? null;
}

type Maker = (schema: Schema, name: string, chance: Chance, around: Surroundings) => unknown;

const makers: Readonly<Record<string, Maker>> = {
  null: () => null,
  boolean: (_schema, _name, chance) => chance.happens(0.5),
  integer: numberOf,
  number: numberOf,
  string: textOf,
  array(schema, name, chance, around) {
    const {
      items = {},
      minItems = 0,
      maxItems = 3,
    } = schema as { items?: Schema; minItems?: number; maxItems?: number };
    const count = Math.min(maxItems, minItems + chance.below(3));
    return Array.from({ length: count }, () => valueOf(items, name.replace(/s$/, ''), chance, around));
  },
  object: objectOf,
  anything: (_schema, _name, chance) =>
    chance.pick<unknown>([null, 'text', 7, { a: [1, { b: null }] }, ['x'], true]),
};

function numberOf(schema: Schema, _name: string, chance: Chance): number {
  const { minimum = 0, maximum = 1_000 } = schema as { minimum?: number; maximum?: number };
  return chance.pick([minimum, maximum, Math.min(maximum, minimum + chance.below(20))]);
}

function textOf(schema: Schema, _name: string, chance: Chance): string {
  const {
    pattern,
    minLength = 0,
    maxLength = 64,
  } = schema as { pattern?: string; minLength?: number; maxLength?: number };
  if (pattern !== undefined) return chance.pick(matching(pattern));
  return chance.pick(words).slice(0, maxLength).padEnd(minLength, 'x');
}

function objectOf(schema: Schema, _name: string, chance: Chance, around: Surroundings): unknown {
  const {
    properties,
    required = [],
    additionalProperties,
    patternProperties,
  } = schema as {
    properties?: Record<string, Schema>;
    required?: string[];
    additionalProperties?: Schema | boolean;
    patternProperties?: Record<string, Schema>;
  };
  if (properties) {
    const chosen = Object.entries(properties).filter(
      ([name]) => required.includes(name) || chance.happens(0.15),
    );
    return Object.fromEntries(chosen.map(([name, one]) => [name, valueOf(one, name, chance, around)]));
  }
  const values =
    typeof additionalProperties === 'object'
      ? additionalProperties
      : Object.values(patternProperties ?? {})[0];
  const names = ['x-shop', 'customer', 'a.b:c'].slice(0, chance.below(4));
  return Object.fromEntries(names.map((name) => [name, valueOf(values ?? {}, '', chance, around)]));
}

const samples = new Map<string, string[]>();

/** Some texts of a pattern, the same ones in every run. */
function matching(pattern: string): string[] {
  const known =
    samples.get(pattern) ?? fc.sample(fc.stringMatching(new RegExp(pattern)), { numRuns: 30, seed: 1 });
  samples.set(pattern, known);
  return known;
}
