/** What a scheduler does by itself: claims what falls due, holds it until its instant, publishes it, closes the timer. */
import {
  absent,
  afterFault,
  executionOf,
  isOpen,
  isWell,
  nameOf,
  runs,
  withExecution,
  withScheduler,
  withTimer,
  type Message,
  type State,
} from './model.js';
import { hasMessage, withMessage } from './queue.js';
import type { Rule } from './step.js';

const lookAhead = 1;
/** A claim number needs two bits; no more claims fit in the attempts and deferrals of any world. */
const highestClaim = 4;

/** The timer's next occurrence: its execution appears and the timer moves on, in one transaction. */
export const claim: Rule = (state, { world, guards }, take) => {
  const { timer, now } = state;
  const { next: occurrence } = timer;
  if (timer.state !== 'active' || occurrence === 0 || occurrence > now + lookAhead) return;
  const next = occurrence < world.occurrences ? occurrence + 1 : 0;
  const moved = withTimer(state, { next });
  const existing = executionOf(state, occurrence);
  forEachWell(state, (scheduler) => {
    const who = `scheduler ${scheduler + 1}`;
    if (existing.state !== 'absent') {
      if (guards.claimReadsExisting)
        take(
          {
            kind: 'progress',
            says: () => `${who} finds occurrence ${occurrence} claimed before and moves the timer on`,
          },
          moved,
        );
      return;
    }
    const execution = {
      ...absent(existing.promised),
      state: 'claimed',
      generation: timer.generation,
      claim: 1,
      holder: scheduler,
      callAt: occurrence,
    } as const;
    const claimed = withExecution(moved, occurrence, execution);
    take(
      { kind: 'progress', says: () => `${who} claims occurrence ${occurrence}` },
      held(claimed, scheduler, occurrence),
    );
    if (state.left.faults > 0)
      take(
        { kind: 'fault', says: () => `${who} claims occurrence ${occurrence}, and the reply is lost` },
        afterFault(claimed),
      );
  });
};

/** Retrying and deferred executions are claimed again, under the next claim number. */
export const claimAgain: Rule = (state, { guards }, take) => {
  state.executions.forEach((execution, i) => {
    const { state: was, callAt, held: isHeld, final, claim: number } = execution;
    if ((was !== 'retrying' && was !== 'deferred') || callAt > state.now + lookAhead) return;
    if ((isHeld && guards.heldIsCompared) || (final && guards.finalIsCompared) || number === highestClaim)
      return;
    forEachWell(state, (scheduler) => {
      const claimed = withExecution(state, i + 1, { state: 'claimed', claim: number + 1, holder: scheduler });
      take(
        {
          kind: 'progress',
          says: () => `scheduler ${scheduler + 1} claims the ${was} execution ${i + 1} again`,
        },
        held(claimed, scheduler, i + 1),
      );
    });
  });
};

/** The broker confirms, and the heap forgets; or the confirm is lost, and the heap keeps it. */
export const publish: Rule = (state, { world }, take) => {
  const reading = state.now + (world.wrongClock === 'scheduler' ? 1 : 0);
  state.schedulers.forEach((scheduler, i) => {
    if (!runs(scheduler)) return;
    scheduler.heap.forEach((message, place) => {
      if (!message || message.callAt > reading) return;
      const who = `scheduler ${i + 1}`;
      const early = message.callAt > state.now ? ', its clock ahead,' : '';
      const published = withMessage(state, message);
      if (!published) return;
      const heap = scheduler.heap.map((entry, other) => (other === place ? null : entry));
      take(
        { kind: 'progress', says: () => `${who}${early} publishes ${nameOf(message)}` },
        withScheduler(published, i, { heap }),
      );
      if (state.left.faults > 0 && !hasMessage(state, message))
        take(
          {
            kind: 'fault',
            says: () => `${who}${early} publishes ${nameOf(message)}, and the confirm is lost`,
          },
          afterFault(published),
        );
    });
  });
};

/** No next occurrence and no open execution: the timer is over. */
export const close: Rule = (state, _setting, take) => {
  const { timer, executions } = state;
  if (timer.state !== 'active' || timer.next !== 0 || executions.some(isOpen)) return;
  take({ kind: 'progress', says: () => 'the timer closes' }, withTimer(state, { state: 'completed' }));
};

/** The state with the execution, as it is now, in the scheduler's heap. */
export function held(state: State, scheduler: number, occurrence: number): State {
  const { heap } = state.schedulers[scheduler]!;
  const message = messageOf(state, occurrence);
  return withScheduler(state, scheduler, {
    heap: heap.map((entry, place) => (place === occurrence - 1 ? message : entry)),
  });
}

/** What is told of an execution to whoever starts it. */
export function messageOf(state: State, occurrence: number): Message {
  const { generation, claim: number, callAt } = executionOf(state, occurrence);
  return { occurrence, generation, claim: number, callAt };
}

export function forEachWell(state: State, offer: (scheduler: number) => void): void {
  state.schedulers.forEach((scheduler, i) => {
    if (isWell(scheduler)) offer(i);
  });
}
