/** What the answers of the run have told: ids to ask for again, and timers that must read back as they were answered. */
import type { FuzzRequest } from './request.js';
import type { Answered, Line } from './sending.js';

/** Of each collection the last ones. */
const most = 200;

export class Ids {
  readonly #known = new Map<string, string[]>();

  get known(): ReadonlyMap<string, readonly string[]> {
    return this.#known;
  }

  learn(path: string, { status, text }: Answered): void {
    if (status >= 300 || !text.startsWith('{')) return;
    const { id, data = [] } = JSON.parse(text) as { id?: unknown; data?: unknown };
    const rows = Array.isArray(data) ? (data as unknown[]) : [];
    const found = [id, ...rows.map((row) => (row as { id?: unknown } | null)?.id)].filter(
      (one) => typeof one === 'string',
    );
    const collection = path.split('/{')[0]!;
    this.#known.set(collection, [...found, ...(this.#known.get(collection) ?? [])].slice(0, most));
  }
}

const closed = ['completed', 'cancelled'];
const definition = [
  'id',
  'namespace',
  'at',
  'delay',
  'cron',
  'every',
  'localTime',
  'timezone',
  'target',
  'retries',
  'tags',
  'metadata',
  'misfire',
  'overlap',
  'exclusions',
];

/** A timer that was accepted must be there as it was answered, and bear what was sent. */
export async function readBack(
  line: Line,
  request: FuzzRequest,
  { status, text }: Answered,
): Promise<string[]> {
  const { operation, sent, headers } = request;
  const { method } = request;
  if (
    status > 201 ||
    !['POST', 'PUT'].includes(method) ||
    !/^\/(?:v1\/)?timers(?:\/\{id\})?$/.test(operation.path)
  )
    return [];
  const made = JSON.parse(text) as Record<string, unknown>;
  const there = await line.send({
    method: 'GET',
    target: `/v1/timers/${String(made['id'])}`,
    headers: { authorization: headers['authorization']!, 'carillon-namespace': String(made['namespace']) },
    body: null,
  });
  if ('failure' in there) return [`cannot be read back: ${there.failure}`];
  // Asked for too much at once: that tells nothing of the timer.
  if ([429, 503].includes(there.status)) return [];
  if (there.status !== 200) return [`reads back as ${there.status}`];
  const now = JSON.parse(there.text) as Record<string, unknown>;
  // A touch, which is no new generation, moves the instant of a delay.
  const kept = made['delay'] === undefined ? definition : definition.filter((name) => name !== 'at');
  const differing =
    now['generation'] === made['generation'] ? kept.filter((name) => !same(made[name], now[name])) : [];
  return [
    ...differing.map((name) => `reads back with another ${name}`),
    // A PUT that repeats the instant of a closed timer was kept already: the answer is that one as it was.
    ...(closed.includes(String(made['state'])) ? [] : lost(sent.body as Sent, made)),
  ];
}

interface Sent {
  tags?: unknown;
  metadata?: unknown;
  cron?: unknown;
  target?: { url?: unknown; body?: unknown };
}

/** What is kept as it was sent. */
function lost(sent: Sent, made: Sent): string[] {
  return [
    ...(['tags', 'metadata', 'cron'] as const).filter(
      (name) => sent[name] !== undefined && !same(sent[name], made[name]),
    ),
    ...(['body'] as const).filter(
      (name) => sent.target?.[name] !== undefined && !same(sent.target[name], made.target?.[name]),
    ),
  ].map((name) => `another ${name} than was sent`);
}

function same(one: unknown, other: unknown): boolean {
  return sorted(one) === sorted(other);
}

/** As JSON, the order of fields aside. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
