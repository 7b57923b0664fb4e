/** Timers, with the comforts: keys that make a creation safe to repeat, generations as numbers, lists as sequences. */
import type {
  CancelledTimer,
  Count,
  CountTimersBody,
  CreateTimersAnswer,
  Execution,
  ListTimersRequest,
  Operations,
  PauseTimerBody,
  Preview,
  PreviewExistingTimerRequest,
  Timer,
  TimerCreation,
  TimerDefinition,
  TimerPage,
  TimerSketch,
} from './generated.js';
import { rowsOf } from './paging.js';
import type { CallOptions } from './request.js';
import { newKey } from './waiting.js';

export type TimerFilter = Omit<ListTimersRequest, 'namespace' | 'cursor'>;

export interface CreatingOptions extends CallOptions {
  /** The same when the same wish is sent again, by another process too; a fresh one unless given. */
  idempotencyKey?: string;
}

export interface ChangingOptions extends CallOptions {
  /** Only if the timer is still of this generation; else it fails with `generation-mismatch`. */
  generation?: number;
}

export type PreviewOptions = Pick<PreviewExistingTimerRequest, 'from' | 'count'> & CallOptions;

/** In these a repetition does no more than the first: who is paused stays paused. */
const harmless = { repeatable: true };

export class Timers {
  readonly #operations: Operations;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  /** Creates a timer. It is durable when this resolves, and created once, however often the call had to be repeated. */
  create(
    timer: TimerCreation,
    { idempotencyKey = newKey(), ...options }: CreatingOptions = {},
  ): Promise<Timer> {
    return this.#operations.createTimer({ body: timer, idempotencyKey }, options);
  }

  /** Creates up to 1000 timers; one result each, in order. One that is refused spoils no other. */
  async createMany(
    timers: TimerCreation[],
    { idempotencyKey = newKey(), ...options }: CreatingOptions = {},
  ): Promise<CreateTimersAnswer['results']> {
    const { results } = await this.#operations.createTimers({ body: { timers }, idempotencyKey }, options);
    return results;
  }

  get(id: string, options?: CallOptions): Promise<Timer> {
    return this.#operations.getTimer({ id }, options);
  }

  /** Creates or replaces the timer of this id; the same definition again changes nothing. */
  put(id: string, timer: TimerDefinition, options: ChangingOptions = {}): Promise<Timer> {
    return this.#operations.putTimer({ id, body: timer, ifMatch: etagOf(options) }, options);
  }

  /** Changes parts: null removes, objects are merged, what is not named stays (RFC 7396). */
  patch(id: string, changes: Record<string, unknown>, options: ChangingOptions = {}): Promise<Timer> {
    return this.#operations.patchTimer({ id, body: changes, ifMatch: etagOf(options) }, options);
  }

  /** Cancels. From then on nothing of it starts; what is under way is named and left to end. */
  cancel(id: string, options: ChangingOptions = {}): Promise<CancelledTimer> {
    return this.#operations.cancelTimer({ id, ifMatch: etagOf(options) }, options);
  }

  pause(id: string, pause: PauseTimerBody = {}, options: ChangingOptions = {}): Promise<Timer> {
    const { generation } = options;
    const calling = generation === undefined ? { ...harmless, ...options } : options;
    return this.#operations.pauseTimer({ id, body: pause, ifMatch: etagOf(options) }, calling);
  }

  resume(id: string, options: ChangingOptions = {}): Promise<Timer> {
    const { generation } = options;
    const calling = generation === undefined ? { ...harmless, ...options } : options;
    return this.#operations.resumeTimer({ id, ifMatch: etagOf(options) }, calling);
  }

  /** Runs it now, beside its schedule, once, however often the call had to be repeated. */
  run(id: string, { idempotencyKey = newKey(), ...options }: CreatingOptions = {}): Promise<Execution> {
    return this.#operations.runTimer({ id, idempotencyKey, body: {} }, options);
  }

  /** Puts a watchdog off: a timer with a `delay` becomes due that delay from now. */
  touch(id: string, options: CallOptions = {}): Promise<Timer> {
    return this.#operations.touchTimer({ id }, { ...harmless, ...options });
  }

  /** What a timer would do, before it is made. */
  preview(timer: TimerSketch, { from, count, ...options }: PreviewOptions = {}): Promise<Preview> {
    return this.#operations.previewTimer({ body: { timer, from, count } }, { ...harmless, ...options });
  }

  /** What a timer that is there will do. */
  upcoming(id: string, { from, count, ...options }: PreviewOptions = {}): Promise<Preview> {
    return this.#operations.previewExistingTimer({ id, from, count }, options);
  }

  /** How many fit; at least so many where `exact` is false. */
  count(filter: CountTimersBody['filter'] = {}, options: CallOptions = {}): Promise<Count> {
    return this.#operations.countTimers({ body: { filter } }, { ...harmless, ...options });
  }

  /** One page; `all` follows the cursors. */
  list(filter: TimerFilter & { cursor?: string } = {}, options?: CallOptions): Promise<TimerPage> {
    return this.#operations.listTimers(filter, options);
  }

  /** Every timer that fits; `limit` is the size of a page. */
  all(filter: TimerFilter = {}, options?: CallOptions): AsyncGenerator<Timer, void, undefined> {
    return rowsOf((cursor) => this.#operations.listTimers({ ...filter, cursor }, options));
  }
}

function etagOf({ generation }: ChangingOptions): string | undefined {
  return generation === undefined ? undefined : `"${generation}"`;
}
