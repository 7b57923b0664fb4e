/**
 * Which limits each namespace has. Those of single namespaces stand in one document of the store, of which every process
 * keeps a copy: who asks never waits, and a change holds in this process at once, in the others within 3 seconds.
 */
import { uuidV7 } from '../../../shared/base/ids.js';
import type { Clock } from '../../../shared/base/clock.js';
import { Loop } from '../../../shared/base/loop.js';
import type { DocumentStore } from '../../../shared/store/store.js';
import type { Logger } from '../../../shared/telemetry/logger.js';
import type { ChangeRecord } from '../../../shared/timers/change-record.js';
import { Problem } from '../plugins/problems.js';
import { effective, rateLimitOf, type Limits, type OwnLimits, type RateLimit } from './limits.js';

const documentName = 'quotas';
const readEveryMs = 2_000;
/** Namespaces with limits of their own: they are one document, which every process reads again and again. */
const mostNamespaces = 1_000;
const tries = 5;

interface Entry {
  own: OwnLimits | undefined;
  limits: Limits;
  rate: RateLimit | null;
}

export interface QuotaBookOptions {
  documents: DocumentStore;
  clock: Clock;
  log: Logger;
  configured: Limits;
}

export class QuotaBook extends Loop {
  readonly #options: QuotaBookOptions;
  readonly #configured: Entry;
  #entries: ReadonlyMap<string, Entry> = new Map();
  #version = 0;

  constructor(options: QuotaBookOptions) {
    super({
      clock: options.clock,
      periodMs: readEveryMs,
      run: () => this.read(),
      log: options.log,
      failure: 'the quotas cannot be read now; those known last hold',
    });
    this.#options = options;
    this.#configured = this.#entryOf(undefined);
  }

  /** Reads them anew. */
  async read(): Promise<void> {
    const document = await this.#options.documents.read(documentName);
    if (document) this.#take(document.version, document.value as Record<string, OwnLimits>);
  }

  of(namespace: string): Entry {
    return this.#entries.get(namespace) ?? this.#configured;
  }

  /** Gives a namespace limits of its own; none at all takes them away. Recorded with who did it. */
  async put(namespace: string, own: OwnLimits, actor: string): Promise<Entry> {
    const { documents, clock } = this.#options;
    for (let left = tries; left > 0; left--) {
      const document = await documents.read(documentName);
      const { [namespace]: before, ...others } = (document?.value ?? {}) as Record<string, OwnLimits>;
      const value = Object.keys(own).length > 0 ? { ...others, [namespace]: own } : others;
      if (Object.keys(value).length > mostNamespaces)
        throw new Problem(
          'too-many-quotas',
          `${mostNamespaces} namespaces have limits of their own; give others those of the configuration`,
        );
      const expected = document?.version ?? 0;
      const record = recordOf(namespace, { before, own, actor, at: clock.now() });
      const version = await documents.write(documentName, value, { expected, record });
      if (version === null) continue;
      this.#take(version, value);
      return this.of(namespace);
    }
    throw new Problem('overloaded', 'others change quotas again and again; repeat in a moment');
  }

  #take(version: number, value: Record<string, OwnLimits>): void {
    if (version <= this.#version) return;
    this.#version = version;
    this.#entries = new Map(Object.entries(value).map(([name, own]) => [name, this.#entryOf(own)]));
  }

  #entryOf(own: OwnLimits | undefined): Entry {
    const limits = effective(this.#options.configured, own);
    return { own, limits, rate: rateLimitOf(limits) };
  }
}

function recordOf(
  namespace: string,
  {
    before = {},
    own,
    actor,
    at,
  }: { before: OwnLimits | undefined; own: OwnLimits; actor: string; at: number },
): ChangeRecord {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(own)])] as (keyof OwnLimits)[];
  return {
    id: uuidV7(at),
    namespace,
    resource: 'quota',
    resourceId: namespace,
    uid: null,
    generation: null,
    at,
    actor,
    action: 'put',
    reason: null,
    changes: fields
      .filter((field) => before[field] !== own[field])
      .map((field) => ({
        field: `/${field}`,
        ...(field in before && { before: before[field] }),
        ...(field in own && { after: own[field] }),
      })),
    previous: null,
  };
}
