/** How a rule tells what may happen next. */
import type { Message, Setting, State } from './model.js';

/** What the invariants look at when it happens, beside the states before and after. */
export type Event =
  | { type: 'started'; message: Message }
  | { type: 'called'; worker: number }
  | { type: 'lost'; occurrence: number }
  | { type: 'skipped'; occurrence: number };

export interface Taken {
  kind: 'progress' | 'fault' | 'user';
  says(): string;
  event?: Event;
}

export type Take = (taken: Taken, next: State) => void;

/** Offers every step of its part that is possible in a state. */
export type Rule = (state: State, setting: Setting, take: Take) => void;
