/** For answers that come only after some time: moves the manual clock on until they are there. */
import type { ManualClock } from '../support/manual-clock.js';

export async function whileTimePasses<Result>(clock: ManualClock, asked: Promise<Result>): Promise<Result> {
  let isDone = false;
  const done = (): void => void (isDone = true);
  asked.then(done, done);
  while (!isDone) await clock.advance(20);
  return asked;
}
