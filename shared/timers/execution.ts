/**
 * An execution: one occurrence of a timer on its way to the target. Pure types and the rules of its states.
 *
 *              claim               start                settle
 *   (nothing) ───────► claimed ───────────► running ─────────────► succeeded | failed
 *                      ▲  │ ▲ │ defer          │  ▲
 *                      │  │ │ ▼                │  └ ack/nack ─ awaiting-ack
 *                      │  │ deferred           ▼ settle
 *                      │  │                 retrying
 *                      └──┼── claimed again ───┘
 *                         └ withdrawn (deleted, never started) | cancelled | skipped
 *
 *   What is caught up after its time begins as deferred, what is left out as skipped. An execution that a newer one
 *   takes the place of ends as aborted. Nothing leaves an end.
 */
import type { Outcome } from './outcome.js';

export const executionStates = [
  'claimed',
  'running',
  'retrying',
  'deferred',
  'awaiting-ack',
  'succeeded',
  'failed',
  'aborted',
  'cancelled',
  'skipped',
] as const;
export type ExecutionState = (typeof executionStates)[number];

export const openStates = ['claimed', 'running', 'retrying', 'deferred', 'awaiting-ack'] as const;

export interface Execution {
  /** `uid-<scheduledFor>`, of a manual run `uid-r<request id>`; the callback's `webhook-id`. */
  id: string;
  uid: string;
  namespace: string;
  timerId: string;
  shard: number;
  /** The destination's host and port, for lists and fairness. */
  host: string;
  scheduledFor: number;
  dueAt: number;
  state: ExecutionState;
  /** Why it is deferred, skipped, cancelled or failed; null otherwise. */
  reason: string | null;
  /** The timer's generation and the definition's version it was claimed under. */
  generation: number;
  version: number;
  /** Grows with each claim; a message that carries an older number is void. */
  claim: number;
  /** The incarnation that claimed it (claimed) or runs it (running); null when handed back or claimed by a change. */
  holder: string | null;
  claimedAt: number;
  /** The instant it was claimed for: dueAt, the next attempt's time, or the end of a deferral. No call leaves before it. */
  callAt: number;
  /**
   * When somebody must look at this row: claimed, publish again; running or awaiting-ack, take it for lost;
   * retrying or deferred, claim it; ended, remove it.
   */
  wakeAt: number;
  /** Attempts started, the lost ones included. */
  attempt: number;
  /** Attempts lost. */
  lost: number;
  /** Times deferred. */
  deferrals: number;
  /** Stamped by a cancel while running: whatever the attempt gives, no other follows. */
  final: boolean;
  /** Stamped by a pause: no attempt starts until it is resumed. While it waits, `callAt` keeps when it would be next. */
  held: boolean;
  /** Stamped while running when a newer one takes its place: its worker ends the call. */
  abort: boolean;
  /** A record of several occurrences that were left out, this being the first: the last one's time, and how many. */
  covers: Covers | null;
  /** The namespace's test clock less the real one at the claim; 0 without a test clock. */
  clockOffsetMs: number;
  /** Of its newest attempt that has ended; null before. */
  outcome: Outcome | null;
  /** When it ended; null while it is open. */
  settledAt: number | null;
}

export interface Covers {
  to: number;
  /** At least so many; exact unless walking them took too long. */
  count: number;
}

/** The id of the execution of one occurrence. */
export function executionId(uid: string, scheduledFor: number): string {
  return `${uid}-${scheduledFor}`;
}

/** The id of the execution that a request to run the timer now makes. */
export function manualRunId(uid: string, requestId: string): string {
  return `${uid}-r${requestId}`;
}

/** True for one that a request to run now made, which is no occurrence of the schedule. */
export function isManualRun({ id, uid }: Pick<Execution, 'id' | 'uid'>): boolean {
  return id.startsWith(`${uid}-r`);
}

/** True while a call of it is under way or its answer is awaited. */
export function isUnderWay({ state }: Pick<Execution, 'state'>): boolean {
  return state === 'running' || state === 'awaiting-ack';
}

/** True while nothing of it can have reached the target or spent its turn: only then may it be withdrawn. */
export function neverStarted(execution: Pick<Execution, 'attempt' | 'deferrals'>): boolean {
  return execution.attempt === 0 && execution.deferrals === 0;
}
