/**
 * Holds what is claimed until its instant and publishes it, a short lead before, in batches: with the earliest goes what
 * is due up to half a lead after it, so that the price of a batch is shared also where each has a millisecond of its own.
 * What the broker does not confirm stays here and is published again: doubling is harmless, since a start is won only
 * once. It never publishes anything earlier than that, and never forgets anything that is not confirmed, unless told to
 * give it all up.
 */
import { backoffMs } from '../../shared/base/backoff.js';
import type { Cancel, Clock } from '../../shared/base/clock.js';
import type { Random } from '../../shared/base/random.js';
import { maxDefinitionBytes, type WorkMessage, type WorkQueue } from '../../shared/queue/queue.js';
import type { Definition } from '../../shared/timers/timer.js';
import type { Execution } from '../../shared/timers/execution.js';
import { DueHeap, supersedes } from './due-heap.js';
import type { Held } from './held.js';
import type { SchedulerMetrics } from './metrics.js';

const batchSize = 500;
const batchesAtOnce = 4;
/** How far a batch reaches, in leads. */
const gathering = 1.5;
const retryBackoff = { baseMs: 50, maxMs: 2_000 };

export interface PublisherOptions {
  queue: WorkQueue;
  clock: Clock;
  random: Random;
  metrics: SchedulerMetrics;
  leadMs: number;
}

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #heap = new DueHeap();
  /** Sent, and not yet answered by the broker. */
  readonly #unconfirmed = new Map<string, Held>();
  #cancel: Cancel | null = null;
  #batches = 0;
  #refusals = 0;
  #notBefore = -Infinity;
  #stopped = false;
  readonly #whenIdle: (() => void)[] = [];

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** Executions held here, the unconfirmed ones included. */
  get size(): number {
    return this.#heap.size + this.#unconfirmed.size;
  }

  has(id: string): boolean {
    return this.#heap.has(id) || this.#unconfirmed.has(id);
  }

  /** Takes claimed executions; the definition may be left out where the worker shall read it. */
  hold(held: readonly Held[]): void {
    for (const item of held) {
      const sent = this.#unconfirmed.get(item.execution.id);
      if (!sent || supersedes(item, sent)) this.#heap.push(item);
    }
    this.#arm();
  }

  /** Forgets everything: the incarnation that claimed it has ended. */
  drop(): void {
    this.#heap.clear();
  }

  /** Publishes nothing more; answers what was never confirmed, to be handed back. */
  async stop(): Promise<Execution[]> {
    this.#stopped = true;
    this.#cancel?.();
    if (this.#batches > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    return this.#heap.clear().map(({ execution }) => execution);
  }

  /** Sets the alarm for the earliest; an alarm that is set already is replaced. */
  #arm(): void {
    this.#cancel?.();
    const earliest = this.#heap.earliest();
    if (earliest === null || this.#stopped || this.#batches >= batchesAtOnce) return;
    const { clock, leadMs } = this.#options;
    const wait = Math.max(earliest - leadMs - clock.now(), this.#notBefore - clock.monotonic());
    if (wait <= 0) this.#publishDue();
    else this.#cancel = clock.after(wait, () => this.#arm());
  }

  #publishDue(): void {
    const { clock, leadMs } = this.#options;
    const batch = this.#heap.takeDue(clock.now() + leadMs * gathering, batchSize);
    for (const held of batch) this.#unconfirmed.set(held.execution.id, held);
    this.#batches++;
    void this.#publish(batch).finally(() => {
      this.#batches--;
      if (this.#batches === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
      this.#arm();
    });
    this.#arm();
  }

  async #publish(batch: Held[]): Promise<void> {
    const { queue, clock, metrics } = this.#options;
    const publishedAt = clock.now();
    const confirmed = await queue.publish(batch.map((held) => messageOf(held, publishedAt))).catch(() => []);
    metrics.publishBatch.observe(batch.length);
    let refused = 0;
    batch.forEach((held, i) => {
      if (this.#unconfirmed.get(held.execution.id) === held) this.#unconfirmed.delete(held.execution.id);
      if (confirmed[i]) return;
      refused++;
      this.#heap.push(held);
    });
    metrics.published.inc(batch.length - refused);
    metrics.refused.inc(refused);
    this.#slowDown(refused > 0);
  }

  #slowDown(refused: boolean): void {
    const { clock, random } = this.#options;
    if (!refused) this.#refusals = 0;
    else this.#notBefore = clock.monotonic() + backoffMs(this.#refusals++, retryBackoff, random);
  }
}

function messageOf({ execution, definition }: Held, publishedAt: number): WorkMessage {
  const { state, reason, shard, holder, wakeAt, final, held, abort, covers, settledAt, outcome, ...told } =
    execution;
  return { execution: told, publishedAt, definition: definition && isSmall(definition) ? definition : null };
}

/** Cheap bound on the JSON's length: only a large body or many headers can make it long. */
function isSmall({ target }: Definition): boolean {
  const headers = Object.entries(target.headers).reduce(
    (sum, [name, value]) => sum + name.length + value.length + 6,
    0,
  );
  // A character may take six bytes in JSON (\u0000), so the safe bound is a sixth where the text is not short.
  const text = (target.body?.length ?? 0) + headers + target.url.length;
  return (
    text * 6 < maxDefinitionBytes || Buffer.byteLength(JSON.stringify(target)) + 1_024 < maxDefinitionBytes
  );
}
