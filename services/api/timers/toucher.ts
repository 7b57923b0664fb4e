/**
 * Puts watchdogs off. Touches that arrive while a group is being written are the next one, and most of them are one write
 * for the whole group; only what that cannot decide, such as one whose execution is claimed already, takes a transaction.
 */
import { Batcher } from '../../../shared/base/batcher.js';
import type { Clock } from '../../../shared/base/clock.js';
import { timerFact } from '../../../shared/events/facts.js';
import type { EventSender } from '../../../shared/events/sender.js';
import type { TimerStore } from '../../../shared/store/store.js';
import type { Timer, TimerKey } from '../../../shared/timers/timer.js';
import { Problem } from '../plugins/problems.js';
import { noticeOfTimer } from './notice.js';
import type { TimerWriter } from './timer-writer.js';

const maxGroup = 1_000;
const groupsAtOnce = 2;

export interface ToucherOptions {
  timers: Pick<TimerStore, 'touch'>;
  writer: Pick<TimerWriter, 'nudge'>;
  events: Pick<EventSender, 'tell'>;
  clock: Clock;
  /** Touches that may wait; above it `touch` rejects. */
  waitingLimit: number;
}

export class Toucher {
  readonly #options: ToucherOptions;
  readonly #batcher: Batcher<TimerKey, Timer | null>;

  constructor(options: ToucherOptions) {
    this.#options = options;
    this.#batcher = new Batcher({
      run: (keys) => this.#write(keys),
      maxItems: maxGroup,
      concurrency: groupsAtOnce,
    });
  }

  /** The timer, put off; null where a transaction has to decide. Durable when it resolves. */
  async touch(key: TimerKey): Promise<Timer | null> {
    if (this.#batcher.size >= this.#options.waitingLimit)
      throw new Problem(
        'overloaded',
        'more touches arrive than can be written; nothing was done, repeat in a moment',
      );
    return this.#batcher.add(key);
  }

  /** Resolves when nothing waits to be written. */
  drain(): Promise<void> {
    return this.#batcher.drain();
  }

  /** One timer that several touch at once is written once. */
  async #write(keys: TimerKey[]): Promise<(Timer | null)[]> {
    const { timers, writer, events, clock } = this.#options;
    const names = keys.map(({ namespace, id }) => `${namespace}/${id}`);
    const wanted = new Map(names.map((name, i) => [name, keys[i]!]));
    const answers = await timers.touch([...wanted.values()], clock.now());
    const touched = new Map([...wanted.keys()].map((name, i) => [name, answers[i]!]));
    const written = answers.filter((timer) => timer !== null);
    writer.nudge(written.map(noticeOfTimer));
    events.tell(written, (timer) => timerFact('timer.touched', timer));
    return names.map((name) => touched.get(name) ?? null);
  }
}
