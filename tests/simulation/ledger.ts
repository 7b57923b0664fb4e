/**
 * What has truly happened, written down as it happens from outside of all processes: what the store was told, what left
 * for the target, what users were told. The invariants are judged from this and from nothing that a process believes.
 */
import type { Start, Runner, Store, Settlement } from '../../shared/store/store.js';
import type { Change } from '../../shared/timers/change.js';
import type { Execution } from '../../shared/timers/execution.js';
import { attemptId } from '../../shared/timers/outcome.js';
import type { Schedule } from '../../shared/timers/schedule.js';
import type { Timer, TimerKey } from '../../shared/timers/timer.js';
import type { Ring } from '../../shared/ring/ring.js';
import type { TermValue } from '../../shared/coordination/registry.js';
import type { Sent } from './receiver.js';

/** What a timer had promised from an instant on, until the next entry. */
export interface Promised {
  /** Exclusive. */
  after: number;
  schedule: Schedule;
  state: Timer['state'];
  next: number | null;
}

export interface Kept {
  key: TimerKey;
  uid: string;
  promises: Promised[];
}

/** A start that was won. */
export interface StartFact {
  runner: string;
  until: number;
  callAt: number;
}

export class Ledger {
  /** By uid. */
  readonly timers = new Map<string, Kept>();
  /** By attempt id. */
  readonly starts = new Map<string, StartFact>();
  /** By execution id. */
  readonly sent = new Map<string, Sent[]>();
  /** Attempts whose record is in the store, with their outcome. */
  readonly recorded = new Map<string, string>();
  readonly gone = new Set<string>();
  /** Uids whose cancellation a user was told of. */
  readonly cancelled = new Set<string>();
  /** Uids of which a user was told that they were created. */
  readonly acknowledged = new Set<string>();
  /** The terms that were installed, in order. */
  readonly terms: TermValue[] = [];
  /** The rings that were committed, in order, each with the elapsed time. */
  readonly rings: { at: number; ring: Ring }[] = [];
  readonly store: Store;

  constructor(store: Store) {
    this.store = store;
  }

  keep(timer: Timer, after: number): void {
    const { namespace, id, uid, state, definition, next } = timer;
    let kept = this.timers.get(uid);
    if (!kept) this.timers.set(uid, (kept = { key: { namespace, id }, uid, promises: [] }));
    const { schedule } = definition;
    kept.promises.push({ after, schedule, state, next: next?.scheduledFor ?? null });
  }

  keepCreated(timers: readonly Timer[], answers: readonly (Timer | null)[]): void {
    timers.forEach((timer, i) => {
      if (answers[i] === null) this.keep(timer, (timer.next?.scheduledFor ?? timer.createdAt) - 1);
    });
  }

  keepChanged({ timer }: Change): void {
    this.keep(timer, timer.changedAt);
  }

  /** Who has started this attempt already, if anybody has; a repeated start is answered as the first one was. */
  starterOf({ id, attempt }: Start): string | null {
    return this.starts.get(attemptId(id, attempt + 1))?.runner ?? null;
  }

  /** Writes a start down; answers the execution as it is at this instant. */
  async keepStart({ id, attempt, until, timer }: Start, by: Runner): Promise<Execution | null> {
    const execution = await this.store.executions.read(timer.namespace, id);
    if (!execution) return null;
    const fact = { runner: by.incarnation, until, callAt: execution.callAt };
    this.starts.set(attemptId(id, attempt + 1), fact);
    return execution;
  }

  /** The settlements whose record is the first of its attempt. */
  record(settlements: readonly Settlement[]): Settlement[] {
    const first = settlements.filter(({ record }) => !this.recorded.has(record.id));
    for (const { record } of first) this.recorded.set(record.id, record.outcome);
    return first;
  }
}
