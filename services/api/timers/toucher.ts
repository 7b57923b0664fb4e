/**
 * Puts watchdogs off. Touches that arrive while a group is being written are the next one, and most of them are one write
 * for the whole group; only what that cannot decide, such as one whose execution is claimed already, takes a transaction.
 */
import { Batcher } from '../../../shared/base/batcher.js';
import type { Clock } from '../../../shared/base/clock.js';
import type { TimerStore } from '../../../shared/store/store.js';
import type { Timer, TimerKey } from '../../../shared/timers/timer.js';
import { touchTimer, type TouchRefusal } from '../../../shared/timers/touch.js';
import { Problem } from '../plugins/problems.js';
import { changeOpen, refused, type Desk } from './desk.js';
import { noticeOfTimer } from './notice.js';
import type { TimerWriter } from './timer-writer.js';

const maxGroup = 1_000;
const groupsAtOnce = 2;

export interface ToucherOptions {
  timers: Pick<TimerStore, 'touch'>;
  writer: Pick<TimerWriter, 'nudge'>;
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
    const { timers, writer, clock } = this.#options;
    const names = keys.map(({ namespace, id }) => `${namespace}/${id}`);
    const wanted = new Map(names.map((name, i) => [name, keys[i]!]));
    const answers = await timers.touch([...wanted.values()], clock.now());
    const touched = new Map([...wanted.keys()].map((name, i) => [name, answers[i]!]));
    writer.nudge(answers.flatMap((timer) => (timer ? [noticeOfTimer(timer)] : [])));
    return names.map((name) => touched.get(name) ?? null);
  }
}

/** Puts a watchdog off by its delay from now; rejects with the problem where it cannot be. */
export async function touch(desk: Desk, key: TimerKey): Promise<Timer> {
  const { shard } = await desk.clocks.of(key.namespace);
  const touched = shard === undefined ? await desk.toucher.touch(key) : null;
  if (touched) return touched;
  const request = { key, ifMatch: undefined };
  const { timer } = await changeOpen<{ timer: Timer }>(desk, request, (current, instant) => {
    const change = touchTimer(current, instant);
    if (typeof change === 'string') return refused(refusal(change));
    return { change, reply: { timer: change.timer } };
  });
  return timer;
}

function refusal(reason: TouchRefusal): Problem {
  if (reason === 'no-delay')
    return new Problem('no-delay', 'only a timer that was given a `delay` can be put off by touching it');
  if (reason === 'fired')
    return new Problem('fired', 'its time has come; nothing can put off what has been called or is due');
  return new Problem('timer-closed', 'it is closed; PUT makes a new one under the same id');
}
