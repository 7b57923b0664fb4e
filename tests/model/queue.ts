/**
 * The work queue: a set, for it may deliver a message any number of times and in any order, and the loss of one at any
 * moment, which is also its acknowledgement. Full, it refuses.
 */
import { nameOf, type Message, type State } from './model.js';
import type { Rule } from './step.js';

const capacity = 4;

/** Every message there can be is one object, with a number from 1 to 192. */
const messages: readonly Message[] = Array.from({ length: 192 }, (_, code) => ({
  occurrence: (code >> 6) + 1,
  generation: ((code >> 4) & 3) + 1,
  claim: ((code >> 2) & 3) + 1,
  callAt: code & 3,
}));

/** 0 is no message. */
export function codeOf(message: Message | null): number {
  if (!message) return 0;
  const { occurrence, generation, claim, callAt } = message;
  return (((occurrence - 1) << 6) | ((generation - 1) << 4) | ((claim - 1) << 2) | callAt) + 1;
}

export function messageOfCode(code: number): Message | null {
  return code === 0 ? null : messages[code - 1]!;
}

export function hasMessage({ queue }: State, message: Message): boolean {
  const code = codeOf(message);
  return queue.some((other) => codeOf(other) === code);
}

/** The state with the message in the queue; null when the queue is full. */
export function withMessage(state: State, message: Message): State | null {
  if (hasMessage(state, message)) return state;
  if (state.queue.length === capacity) return null;
  const queue = [...state.queue, message].sort((a, b) => codeOf(a) - codeOf(b));
  return { ...state, queue };
}

/** The broker loses a message, or a worker has acknowledged it. */
export const vanish: Rule = (state, _setting, take) => {
  state.queue.forEach((message, place) => {
    const queue = state.queue.filter((_, other) => other !== place);
    take(
      { kind: 'fault', says: () => `the message of ${nameOf(message)} is gone from the queue` },
      { ...state, queue },
    );
  });
};
