/** What scheduler and worker do with a timer, done by hand through the store: claim, start, settle. */
import { claimTimer } from '../../shared/timers/claim.js';
import type { Execution } from '../../shared/timers/execution.js';
import { attemptId, type AttemptRecord } from '../../shared/timers/outcome.js';
import type { Timer } from '../../shared/timers/timer.js';
import { dayMs } from '../support/factories.js';
import type { World } from './world.js';

type Place = Pick<World, 'store' | 'clock'>;
const worker = 'worker-1~aaaa';

/** Claims what is due of the timer, or else its next occurrence; answers the first execution. */
export async function claim({ store, clock }: Place, id: string): Promise<Execution> {
  const timer = await read(store, id);
  const now = clock.now();
  const { executions, ...moved } = claimTimer(timer, { now, expireAt: now + dayMs });
  const held = executions.map((execution) => ({ ...execution, holder: 'scheduler-1~aaaa' }));
  await store.schedule.claim([{ timer, executions: held, ...moved }]);
  return held[0]!;
}

/** Claims it and starts its first attempt. */
export async function start(place: Place, id: string): Promise<Execution> {
  const execution = await claim(place, id);
  const { uid, namespace, scheduledFor, generation, claim: number, attempt } = execution;
  const now = place.clock.now();
  const { overlap } = (await read(place.store, id)).definition;
  const timer = { namespace, id, uid };
  await place.store.delivery.start(
    [
      {
        ...{ id: execution.id, timer, scheduledFor, generation, claim: number, attempt, overlap },
        ...{ until: now + 60_000, recheckAt: now + 60_000 },
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
  const { uid } = await read(place.store, id);
  const now = place.clock.now();
  await place.store.delivery.settle([
    {
      record: { ...succeeded(execution, now), ...record },
      timer: { namespace: 'default', id, uid },
      overlap: false,
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
