import { describe, expect, it } from 'vitest';
import type { Current } from '../../../../shared/timers/change.js';
import type { Execution } from '../../../../shared/timers/execution.js';
import { endPause, pauseTimer, resumeTimer } from '../../../../shared/timers/pause.js';
import { never } from '../../../../shared/timers/timer.js';
import { at, claimed, expireAt, now, recurring, setup, times } from './change-world.js';

const forever = { reason: 'maintenance', until: null };
const pause = (current: Current, what: Parameters<typeof pauseTimer>[1] = forever) =>
  pauseTimer(current, what, times);

/** A timer that was paused so long ago; its oldest occurrence since then is that of the same distance. */
function paused(sinceMs: number, until: number | null = null, open: Partial<Execution>[] = []): Current {
  const timer = {
    state: 'paused',
    pause: { reason: null, until, since: now - sinceMs },
    changedAt: now - sinceMs,
    wakeAt: until ?? never,
  } as const;
  return recurring(-sinceMs, {}, timer, open);
}

describe('pausing', () => {
  it('keeps the timer from being looked at, with the reason and the next occurrence as it would be', () => {
    expect(pause(recurring(5)).timer).toMatchObject({
      state: 'paused',
      generation: 2,
      pause: { reason: 'maintenance', until: null, since: now },
      next: at(5),
      wakeAt: never,
      changedAt: now,
    });
  });

  it('is looked at again when it ends', () => {
    expect(pause(recurring(5), { reason: null, until: now + 500 }).timer.wakeAt).toBe(now + 500);
  });

  it('said again changes reason and end, and remembers since when', () => {
    const { timer } = pause(paused(35), { reason: 'longer', until: now + 900 });
    expect(timer.pause).toEqual({ reason: 'longer', until: now + 900, since: now - 35 });
  });

  it('withdraws what is claimed for later, gives its run back and promises it again', () => {
    const change = pause(claimed(1_500));
    expect(change).toMatchObject({ withdraw: [`uid-${now + 1_500}`], update: [], insert: [] });
    expect(change.timer).toMatchObject({ runs: 0, next: at(1_500) });
  });

  it('records what was claimed for now or earlier and never started as skipped', () => {
    const skipped = { state: 'skipped', reason: 'paused', holder: null, settledAt: now, wakeAt: expireAt };
    expect(pause(claimed(0))).toMatchObject({
      withdraw: [],
      update: [skipped],
      timer: { runs: 1, next: null },
    });
  });

  it('records what fell due before anybody claimed it as one run of skips', () => {
    expect(pause(recurring(-35)).insert).toMatchObject([
      { ...at(-35), state: 'skipped', reason: 'paused', covers: { to: now - 5, count: 4 } },
    ]);
  });

  it.each(['running', 'awaiting-ack'] as const)(
    'holds what is %s where it is, to end and go no further',
    (state) => {
      const current = claimed(-10, { state, attempt: 1 });
      expect(pause(current).update).toEqual([{ ...current.open[0], held: true }]);
    },
  );

  it.each(['retrying', 'deferred'] as const)('holds what is %s, and keeps when it would go on', (state) => {
    const change = pause(claimed(-10, { state, attempt: 1, wakeAt: now + 700 }));
    expect(change.update).toMatchObject([{ state, held: true, callAt: now + 700, wakeAt: never }]);
  });

  it('takes what is claimed again out of its holder’s hands', () => {
    const again = (execution: Partial<Execution>) =>
      pause(claimed(-10, { callAt: now + 700, ...execution })).update[0];
    const held = { held: true, holder: null, callAt: now + 700, wakeAt: never };
    expect(again({ attempt: 1 })).toMatchObject({ state: 'retrying', ...held });
    expect(again({ deferrals: 1 })).toMatchObject({ state: 'deferred', ...held });
  });

  it('said again leaves what is held as it is', () => {
    const open = { state: 'retrying', attempt: 1, held: true, callAt: now + 9, wakeAt: never } as const;
    const current = paused(35, null, [open]);
    expect(pause(current).update).toEqual(current.open);
  });
});

describe('resuming', () => {
  it('goes on from the first occurrence after now and records what lay between', () => {
    const change = resumeTimer(paused(35), times);
    expect(change.insert).toMatchObject([
      { ...at(-35), state: 'skipped', reason: 'paused', covers: { to: now - 5, count: 4 } },
    ]);
    expect(change.timer).toMatchObject({
      state: 'active',
      generation: 2,
      pause: null,
      next: at(5),
      wakeAt: now + 5,
    });
  });

  it('records nothing where nothing lay between', () => {
    const pausedJustNow = recurring(
      5,
      {},
      {
        state: 'paused',
        pause: { reason: null, until: null, since: now },
      },
    );
    expect(resumeTimer(pausedJustNow, times)).toMatchObject({ insert: [], timer: { next: at(5) } });
  });

  it('counts from the end of the pause where that is past already', () => {
    const change = resumeTimer(paused(35, now - 20), times);
    expect(change.insert).toMatchObject([{ ...at(-35), covers: { to: now - 25, count: 2 } }]);
    expect(change.timer.next).toEqual(at(-15));
  });

  it('counts from now where the pause would have lasted longer', () => {
    expect(resumeTimer(paused(35, now + 50), times).timer.next).toEqual(at(5));
  });

  it('lets what was held go on when it would have', () => {
    const open = { state: 'retrying', attempt: 1, held: true, callAt: now + 9, wakeAt: never } as const;
    expect(resumeTimer(paused(35, null, [open]), times).update).toMatchObject([
      { held: false, wakeAt: now + 9 },
    ]);
  });

  it('only takes the stamp from what is running', () => {
    const current = paused(35, null, [{ state: 'running', attempt: 1, held: true, wakeAt: now + 70 }]);
    expect(resumeTimer(current, times).update).toEqual([{ ...current.open[0], held: false }]);
  });

  it('looks at once whether a single instant that passed meanwhile leaves anything to do', () => {
    const pausedOnce = setup({
      timer: { state: 'paused', next: at(-5), pause: { reason: null, until: null, since: now - 10 } },
    });
    const change = resumeTimer(pausedOnce, times);
    expect(change.insert).toMatchObject([{ ...at(-5), state: 'skipped', reason: 'paused', covers: null }]);
    expect(change.timer).toMatchObject({ state: 'active', next: null, wakeAt: now });
  });
});

describe('the end of a pause', () => {
  const until = now + 20;
  const earlier = { ...at(-45), id: `uid-${now - 45}` };

  it('resumes a little ahead, and nothing starts before it', () => {
    const open = {
      ...earlier,
      state: 'retrying',
      attempt: 1,
      held: true,
      callAt: now + 9,
      wakeAt: never,
    } as const;
    const change = endPause(paused(35, until, [open]), now + 2_000, times)!;
    expect(change.timer).toMatchObject({ state: 'active', next: at(25), changedAt: now });
    expect(change.insert).toMatchObject([{ ...at(-35), covers: { to: now + 15, count: 6 } }]);
    expect(change.update).toMatchObject([{ wakeAt: until }]);
  });

  it.each([
    ['lies further ahead', paused(35, now + 2_000)],
    ['was taken back', paused(35, null)],
    ['was not waited for', recurring(5)],
    ['is that of nothing', null],
  ])('changes nothing where it %s', (_case, current) => {
    expect(endPause(current, now + 2_000, times)).toBeNull();
  });
});
