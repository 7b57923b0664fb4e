/**
 * Which clock a namespace lives by. In development mode a namespace may have a test clock of its own, which stands until
 * it is moved. Namespaces without one pay nothing for that: a copy of the document that names the test clocks is kept,
 * and only where it names the namespace is the document read again. In production mode nothing of this runs.
 */
import { Batcher } from '../../../shared/base/batcher.js';
import type { Clock } from '../../../shared/base/clock.js';
import { Loop } from '../../../shared/base/loop.js';
import type { DocumentStore } from '../../../shared/store/store.js';
import { clockIn, readTestClocks, type TestClocks } from '../../../shared/store/test-clocks.js';
import type { Logger } from '../../../shared/telemetry/logger.js';
import { testShard } from '../../../shared/timers/timer.js';

/** How long a copy is good, by the monotonic clock. */
const copyLifeMs = 500;
const refreshEveryMs = 200;
/** After so long every process of the API has seen what was written: the life of a copy, and some time to read it. */
export const everySawMs = 750;

export interface NamespaceClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Where new timers are kept; by namespace and id when left out. */
  shard?: number;
}

export interface NamespaceClocksOptions {
  documents: DocumentStore;
  clock: Clock;
  log: Logger;
  mode: 'development' | 'production';
}

export class NamespaceClocks extends Loop {
  readonly #options: NamespaceClocksOptions;
  readonly #real: NamespaceClock;
  /** What asks while a read is under way shares the next one: it may not have an older answer. */
  readonly #reads: Batcher<null, TestClocks>;
  #copy: { clocks: TestClocks; readAt: number } | null = null;

  constructor(options: NamespaceClocksOptions) {
    super({
      ...options,
      periodMs: refreshEveryMs,
      run: async () => void (await this.read()),
      failure: 'the test clocks cannot be read now',
    });
    this.#options = options;
    this.#real = { now: () => options.clock.now() };
    this.#reads = new Batcher({ run: (asking) => this.#readFor(asking), maxItems: Infinity });
  }

  override start(): void {
    if (this.#options.mode === 'development') super.start();
  }

  /** The clock of a namespace as it stands now. Rejects with `store-unavailable` where that cannot be known. */
  async of(namespace: string): Promise<NamespaceClock> {
    if (this.#options.mode === 'production') return this.#real;
    const known = this.#freshCopy() ?? (await this.read());
    if (!clockIn(known, namespace)) return this.#real;
    const clock = clockIn(await this.read(), namespace);
    return clock ? { now: () => clock.now, shard: testShard } : this.#real;
  }

  /** All test clocks as they stand now. */
  read(): Promise<TestClocks> {
    return this.#reads.add(null);
  }

  #freshCopy(): TestClocks | null {
    const copy = this.#copy;
    return copy && this.#options.clock.monotonic() - copy.readAt < copyLifeMs ? copy.clocks : null;
  }

  async #readFor(asking: null[]): Promise<TestClocks[]> {
    const readAt = this.#options.clock.monotonic();
    const clocks = await readTestClocks(this.#options.documents);
    this.#copy = { clocks, readAt };
    return asking.map(() => clocks);
  }
}
