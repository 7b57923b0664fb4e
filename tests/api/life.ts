/** What scheduler and worker do with a timer, done by hand through the store: claim, start, settle. */
import { newExecution } from '../../shared/timers/claim.js';
import type { Execution } from '../../shared/timers/execution.js';
import { attemptId, type AttemptRecord } from '../../shared/timers/outcome.js';
import type { Timer } from '../../shared/timers/timer.js';
import { dayMs } from '../support/factories.js';
import type { World } from './world.js';

type Place = Pick<World, 'store' | 'clock'>;
const worker = 'worker-1~aaaa';

/** Claims the timer's next occurrence. */
export async function claim({ store }: Place, id: string): Promise<Execution> {
  const timer = await read(store, id);
  const execution = { ...newExecution(timer, timer.next!), holder: 'scheduler-1~aaaa' };
  await store.schedule.claim([
    { timer, executions: [execution], next: null, wakeAt: execution.dueAt + 600_000 },
  ]);
  return execution;
}

/** Claims it and starts its first attempt. */
export async function start(place: Place, id: string): Promise<Execution> {
  const { store, clock } = place;
  const { uid, definition } = await read(store, id);
  const execution = await claim(place, id);
  const { generation, claim: number, attempt, scheduledFor } = execution;
  const now = clock.now();
  await store.delivery.start(
    [
      {
        id: execution.id,
        generation,
        claim: number,
        attempt,
        until: now + 60_000,
        timer: { namespace: 'default', id, uid },
        scheduledFor,
        overlap: definition.overlap,
        recheckAt: now + 60_000,
      },
    ],
    { incarnation: worker, now, expireAt: now + dayMs },
  );
  return execution;
}

/** Lives it to its end: claimed, started, and settled by this record. */
export async function finish(
  place: Place,
  id: string,
  record: Partial<AttemptRecord> = {},
): Promise<Execution> {
  const execution = await start(place, id);
  const { uid, definition } = await read(place.store, id);
  const now = place.clock.now();
  await place.store.delivery.settle([
    {
      record: { ...succeeded(execution, now), ...record },
      timer: { namespace: 'default', id, uid },
      overlap: definition.overlap !== 'allowAll',
      now,
      expireAt: now + dayMs,
    },
  ]);
  return execution;
}

function succeeded({ id, scheduledFor, claimedAt }: Execution, now: number): AttemptRecord {
  return {
    id: attemptId(id, 1),
    executionId: id,
    n: 1,
    outcome: 'succeeded',
    status: 200,
    error: null,
    response: { headers: { server: 'test' }, body: 'ok', truncated: false },
    worker,
    receipt: {
      scheduledFor,
      claimedAt,
      publishedAt: now,
      startedAt: now,
      sentAt: now,
      firstByteAt: now,
      finishedAt: now,
    },
    verdict: { state: 'succeeded' },
    lateOutcome: null,
  };
}

async function read(store: World['store'], id: string): Promise<Timer> {
  const timer = await store.timers.read({ namespace: 'default', id });
  if (!timer) throw new Error(`there is no timer ${id}`);
  return timer;
}
