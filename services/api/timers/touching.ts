/** POST …/touch: with the group where that will do, else by a change of its own. */
import { machineActor } from '../../../shared/timers/change-record.js';
import type { Timer, TimerKey } from '../../../shared/timers/timer.js';
import { touchTimer, type TouchRefusal } from '../../../shared/timers/touch.js';
import { Problem } from '../plugins/problems.js';
import { changeOpen, refused, type Desk } from './desk.js';

/** Puts a watchdog off by its delay from now; rejects with the problem where it cannot be. */
export async function touch(desk: Desk, key: TimerKey): Promise<Timer> {
  const { shard } = await desk.clocks.of(key.namespace);
  const touched = shard === undefined ? await desk.toucher.touch(key) : null;
  if (touched) return touched;
  const request = { key, ifMatch: undefined, actor: machineActor, action: null };
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
