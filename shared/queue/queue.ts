/**
 * PORT: the work queue between schedulers and workers. At least once, in no promised order; a message is kept by the
 * broker until it is acknowledged. Rejections are `CarillonError` `queue-unavailable`.
 */
import type { Execution } from '../timers/execution.js';
import type { Definition } from '../timers/timer.js';

/** One claimed execution, with all that a worker needs to call without asking the store. */
export interface WorkMessage {
  execution: Pick<
    Execution,
    | 'id'
    | 'uid'
    | 'namespace'
    | 'timerId'
    | 'host'
    | 'scheduledFor'
    | 'dueAt'
    | 'generation'
    | 'version'
    | 'claim'
    | 'claimedAt'
    | 'callAt'
    | 'attempt'
    | 'lost'
    | 'deferrals'
    | 'clockOffsetMs'
  >;
  publishedAt: number;
  /** Null when it is too large for a message: read it by version. */
  definition: Definition | null;
}

/** A definition whose JSON is longer than this travels by reference. Bytes. */
export const maxDefinitionBytes = 64 * 1024;

export interface Delivery {
  message: WorkMessage;
  /** Done with it. Does nothing when the channel that brought it is gone: the broker delivers it again. */
  ack(): void;
  /** Gives it back to be delivered again, here or elsewhere. */
  release(): void;
}

export interface WorkQueue {
  /**
   * Publishes persistently; answers, in order, whether the broker confirmed each. False means refused (full, or returned)
   * or unknown (the connection broke): publish it again; doubling is harmless. Never rejects for a single message.
   */
  publish(messages: WorkMessage[]): Promise<boolean[]>;
  /**
   * Calls `onDelivery` for each message, at most `prefetch` unacknowledged at a time, across reconnects, until stopped.
   * A message that cannot be understood is logged, counted and acknowledged, never delivered.
   */
  consume(options: { prefetch: number; onDelivery(delivery: Delivery): void }): Promise<Consumer>;
  /** Ready messages in the queue. */
  depth(): Promise<number>;
  /** Resolves when messages can be published; rejects with `queue-unavailable` within two seconds otherwise. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface Consumer {
  /** No further delivery; what is unacknowledged can still be acknowledged until the queue is closed. */
  stop(): Promise<void>;
}
