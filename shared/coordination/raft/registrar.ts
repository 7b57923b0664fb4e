/**
 * Strikes the dead off the rolls, so that a voter that never comes back does not stand in the way of a majority for ever.
 * Dead is who is silent and whose process has no row in the store that is renewed: missing, gone, or standing still for a
 * lease before our eyes. One of whom only we do not hear has such a row, and stays.
 */
import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import { Loop } from '../../base/loop.js';
import type { ProcessRow, ProcessStore } from '../../store/processes.js';
import type { Roll } from './roll.js';

export interface RegistrarOptions {
  rolls: readonly Roll[];
  processes: Pick<ProcessStore, 'list'>;
  /** Names of members that do not answer. */
  silent(): readonly string[];
  /** Called when somebody was struck off. */
  onStruck(): void;
  clock: Clock;
  onEvent(event: string, detail: object): void;
}

/** Readings further apart prove nothing about the time between them. */
const lookMs = 500;
const longestGapMs = 1_000;
/** How long a renewal of a row is good for. */
const leaseMs = 3_000;

export class Registrar {
  readonly #options: RegistrarOptions;
  readonly #loop: Loop;
  /** By incarnation: the counter, and since when it stands. */
  #readings = new Map<string, { counter: number; since: number }>();
  #lookedAt = -Infinity;

  constructor(options: RegistrarOptions) {
    const { clock, onEvent } = options;
    this.#options = options;
    const onError = (error: unknown) => onEvent('membership-failed', { error: messageOf(error) });
    this.#loop = new Loop({ clock, periodMs: lookMs, run: () => this.#round(), onError });
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #round(): Promise<void> {
    const { silent, processes, rolls, onStruck, onEvent } = this.#options;
    if (silent().length === 0) return;
    const alive = this.#observe(await processes.list());
    const dead = silent().find((name) => !alive.has(name));
    if (dead === undefined) return;
    let found = false;
    for (const roll of rolls) found = (await roll.strike(dead)) || found;
    if (found) onEvent('struck-off', { member: dead });
    onStruck();
  }

  /** The names of those that may be alive: a row counts until it has stood still for a lease. */
  #observe(rows: readonly ProcessRow[]): Set<string> {
    const now = this.#options.clock.monotonic();
    const before = now - this.#lookedAt <= longestGapMs ? this.#readings : new Map<string, never>();
    this.#lookedAt = now;
    this.#readings = new Map(
      rows.map(({ incarnation, counter }) => {
        const earlier = before.get(incarnation);
        return [incarnation, earlier?.counter === counter ? earlier : { counter, since: now }];
      }),
    );
    const moves = ({ incarnation, gone }: ProcessRow) =>
      !gone && now - this.#readings.get(incarnation)!.since < leaseMs;
    return new Set(rows.filter(moves).map(({ name }) => name));
  }
}
