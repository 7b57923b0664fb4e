/**
 * Writes down what happens in the cluster: the leader who comes and goes, every scheduler its own elections, rivals and
 * handovers. It is for people to read; what cannot be written is told again with the next round, and dropped when there
 * is too much of it.
 */
import type { Clock } from '../../shared/base/clock.js';
import { Loop } from '../../shared/base/loop.js';
import {
  chronicleDocument,
  emptyChronicle,
  eventsKept,
  withEvents,
  withLook,
  type Chronicle,
  type ClusterEvent,
} from '../../shared/cluster/chronicle.js';
import type { Election, Leadership } from '../../shared/coordination/election.js';
import { leaseMs } from '../../shared/presence/presence.js';
import type { ProcessRow, ProcessStore } from '../../shared/store/processes.js';
import type { DocumentStore } from '../../shared/store/store.js';
import type { Logger } from '../../shared/telemetry/logger.js';

const everyMs = 1_000;

export interface ChroniclerOptions {
  documents: DocumentStore;
  processes: Pick<ProcessStore, 'list'>;
  election: Pick<Election, 'current' | 'onChange'>;
  /** The name of this process. */
  name: string;
  clock: Clock;
  log: Logger;
}

export class Chronicler extends Loop {
  readonly #options: ChroniclerOptions;
  #untold: ClusterEvent[] = [];
  /** As of the last look. */
  #rows: readonly ProcessRow[] = [];
  /** The term that this process leads, as told; null while it does not lead. */
  #led: number | null = null;

  constructor(options: ChroniclerOptions) {
    super({
      ...options,
      periodMs: everyMs,
      run: () => this.#round(),
      failure: 'could not write the chronicle; trying again',
    });
    this.#options = options;
    options.election.onChange((leadership) => this.#onElection(leadership));
  }

  override async stop(): Promise<void> {
    await super.stop();
    if (this.#untold.length > 0) await this.#write(null).catch(() => undefined);
  }

  /** Notes an event of now, about this process unless it names another. */
  tell(event: Omit<ClusterEvent, 'at' | 'member'> & { member?: string }): void {
    const { name, clock } = this.#options;
    this.#untold.push({ member: name, ...event, at: clock.now() });
    this.#untold = this.#untold.slice(-eventsKept);
  }

  #onElection({ role, term }: Leadership): void {
    const led = role === 'leader' ? term : null;
    if (led === this.#led) return;
    if (this.#led !== null) this.tell({ kind: 'stepped-down', term: this.#led });
    if (led !== null) this.tell({ kind: 'elected', term: led });
    this.#led = led;
  }

  async #round(): Promise<void> {
    const { processes, election } = this.#options;
    const leads = election.current().role === 'leader';
    const rows = leads ? await processes.list() : null;
    if (rows || this.#untold.length > 0) await this.#write(rows);
    this.#rows = rows ?? [];
  }

  async #write(rows: ProcessRow[] | null): Promise<void> {
    const { documents, clock } = this.#options;
    const told = this.#untold;
    for (;;) {
      const present = await documents.read(chronicleDocument);
      const known = (present?.value as Chronicle | undefined) ?? emptyChronicle;
      const look = { rows: rows ?? [], before: this.#rows, at: clock.now(), leaseMs };
      const next = withEvents(rows ? withLook(known, look) : known, told);
      if (next === known) return;
      const written = await documents.write(chronicleDocument, next, { expected: present?.version ?? 0 });
      if (written !== null) break;
    }
    this.#untold = this.#untold.filter((event) => !told.includes(event));
  }
}
