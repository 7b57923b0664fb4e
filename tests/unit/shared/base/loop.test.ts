import { describe, expect, it } from 'vitest';
import { Loop } from '../../../../shared/base/loop.js';
import { ManualClock, settlePromises } from '../../../support/manual-clock.js';

function setup({ periodMs = 1_000 } = {}) {
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const rounds: { at: number; end: () => void; fail: (error: Error) => void }[] = [];
  const loop = new Loop({
    clock,
    periodMs,
    onError: (error) => errors.push(error),
    run: () =>
      new Promise((resolve, reject) => rounds.push({ at: clock.monotonic(), end: resolve, fail: reject })),
  });
  /** Ends the round under way and lets what follows happen. */
  const endRound = async () => {
    rounds.at(-1)!.end();
    await settlePromises();
  };
  return { clock, errors, rounds, loop, endRound };
}

describe('a loop', () => {
  it('runs at once, then once a period counted from the beginning of a round', async () => {
    const { clock, rounds, loop, endRound } = setup();
    loop.start();
    await clock.advance(300);
    await endRound();
    await clock.advance(699);
    expect(rounds).toHaveLength(1);
    await clock.advance(1);
    expect(rounds.map(({ at }) => at)).toEqual([0, 1_000]);
  });

  it('goes on directly after a round that took longer than the period', async () => {
    const { clock, rounds, loop, endRound } = setup();
    loop.start();
    await clock.advance(2_500);
    expect(rounds).toHaveLength(1);
    await endRound();
    await clock.advance(0);
    expect(rounds.map(({ at }) => at)).toEqual([0, 2_500]);
  });

  it('runs at once when nudged, and a period after that', async () => {
    const { clock, rounds, loop, endRound } = setup();
    loop.start();
    await endRound();
    await clock.advance(400);
    loop.nudge();
    await endRound();
    await clock.advance(999);
    expect(rounds.map(({ at }) => at)).toEqual([0, 400]);
    await clock.advance(1);
    expect(rounds.map(({ at }) => at)).toEqual([0, 400, 1_400]);
  });

  it('makes one further round of all nudges that come during one', async () => {
    const { clock, rounds, loop, endRound } = setup();
    loop.start();
    loop.nudge();
    loop.nudge();
    expect(rounds).toHaveLength(1);
    await endRound();
    expect(rounds).toHaveLength(2);
    await endRound();
    await clock.advance(999);
    expect(rounds).toHaveLength(2);
  });

  it('tells of a failed round and goes on', async () => {
    const { clock, rounds, loop, errors } = setup();
    loop.start();
    rounds[0]!.fail(new Error('the store is away'));
    await clock.advance(1_000);
    expect(errors).toEqual([new Error('the store is away')]);
    expect(rounds).toHaveLength(2);
  });

  it('says in the log what failed, and why', async () => {
    const clock = new ManualClock();
    const lines: unknown[] = [];
    const log = { warn: (...line: unknown[]) => void lines.push(line) };
    const run = () => Promise.reject(new Error('the store is away'));
    const loop = new Loop({ clock, log, periodMs: 1_000, run, failure: 'a look failed' });
    loop.start();
    await clock.advance(1_500);
    expect(lines).toEqual([
      [{ reason: 'the store is away' }, 'a look failed'],
      [{ reason: 'the store is away' }, 'a look failed'],
    ]);
  });

  it('starts no second chain of rounds when started twice', async () => {
    const { clock, rounds, loop, endRound } = setup();
    loop.start();
    loop.start();
    await endRound();
    await clock.advance(999);
    expect(rounds).toHaveLength(1);
  });

  it('stops only after the round under way, and runs none after it', async () => {
    const { clock, rounds, loop, endRound } = setup();
    loop.start();
    loop.nudge();
    let stopped = false;
    const stopping = loop.stop().then(() => (stopped = true));
    await settlePromises();
    expect(stopped).toBe(false);
    await endRound();
    await stopping;
    loop.nudge();
    await clock.advance(5_000);
    expect(rounds).toHaveLength(1);
  });

  it('starts again after it was stopped', async () => {
    const { rounds, loop, endRound } = setup();
    loop.start();
    await endRound();
    await loop.stop();
    loop.start();
    expect(rounds).toHaveLength(2);
  });
});
