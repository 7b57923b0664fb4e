/** What is done to a good body to make it a bad one: each takes a JSON value, or its text, and spoils it in one place. */
import type { Chance } from './chance.js';

const deep = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

/** Values that nobody expects. */
const strange: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, -0.5, 1e308, 2 ** 53 + 2, -1e-7, 4_294_967_296],
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    'x\udfffy',
    '\u202e',
    '\uffff',
    '__proto__',
    'constructor',
    'null',
  ],
  ...[
    'x'.repeat(5_000),
    '🫖'.repeat(200),
    '%00',
    '../../etc/passwd',
    "'; DROP TABLE timers; --",
    '${jndi:ldap://x}',
  ],
  ...[
    '2030-02-30T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '0000-01-01T00:00:00Z',
    '+012345-01-01T00:00:00Z',
    '2034-01-01',
  ],
  ...[
    'P1Y',
    '-1s',
    '1e400',
    'PT1E3S',
    'NaN',
    '0x10',
    '1_000',
    '99999999999999999999h',
    '* * * * * * *',
    '@never',
  ],
  ...['60 * * * *', '*/0 * * * *', '0 0 31 2 *', 'Mars/Olympus', 'javascript:alert(1)', 'file:///etc/passwd'],
  ...[
    'http://',
    'http://u:p@127.0.0.1/',
    'ftp://127.0.0.1/',
    'http://127.0.0.1:99999/',
    'http://[::1',
    'HTTP:\\\\x',
  ],
  ...[[], {}, [null], [[]], { length: 1 }, { toString: 1 }, { $ne: null }, { $gt: '' }],
  deep(50),
  Array.from({ length: 2_000 }, () => 'x'),
];
const strangeNames = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  '',
  ' ',
  'a\u0000',
  '$where',
  'x'.repeat(300),
];

/** A copy with one place changed: replaced, left out, or given another field. */
export function mutate(value: unknown, chance: Chance): unknown {
  const copy: unknown = structuredClone(value);
  const places = placesIn(copy);
  const place = places.length > 0 ? chance.pick(places) : null;
  if (!place || chance.happens(0.05)) return chance.pick(strange);
  const { holder, key } = place;
  switch (chance.below(4)) {
    case 0:
      if (!Array.isArray(holder)) Reflect.deleteProperty(holder, key);
      break;
    case 1:
      own(holder, chance.pick(strangeNames), chance.pick(strange));
      break;
    case 2:
      own(holder, key.toUpperCase(), 1);
      break;
    default:
      own(holder, key, chance.pick(strange));
  }
  return copy;
}

/** Also where the name is `__proto__`, which an assignment would take for something else. */
function own(holder: object, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

interface Place {
  holder: object;
  key: string;
}

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [{ holder: value, key }, ...placesIn(inner)]);
}

/** The text of a body, spoilt as text: what comes out is no JSON, or not the JSON it seems. Null: leave it be. */
export function spoilText(text: string, chance: Chance): Buffer {
  const half = text.slice(0, Math.floor(text.length / 2));
  return chance.pick<() => Buffer>([
    () => Buffer.from(half),
    () => Buffer.from(`${text}x`),
    () => Buffer.from(`\ufeff${text}`),
    () => Buffer.from(text.replaceAll('"', "'")),
    () => Buffer.from(`/* */${text}`),
    () => Buffer.from(text, 'utf16le'),
    () => Buffer.from('['.repeat(100_000)),
    () => Buffer.from('{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000)),
    () => Buffer.from(text.replace(/:(?:\d+|"[^"]*")/, ':1e999')),
    () => Buffer.from(text.replace(/:(?:\d+|"[^"]*")/, ':-')),
    () => Buffer.from(text.replace('{', '{"__proto__":{"admin":true},')),
    () =>
      Buffer.concat([
        Buffer.from(text.slice(0, -1)),
        Buffer.from(',"x":"'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('"}'),
      ]),
    () => Buffer.from(text.replace(/"([a-z]{3})/, '"\u0001$1')),
    () => Buffer.from([0x1f, 0x8b, 8, 0, 0]),
    () => Buffer.alloc(0),
  ])();
}
