/** Moves a manual clock on without a pause, so that what polls its world sees it live, many times faster than it would. */
import type { ManualClock } from './manual-clock.js';

const strideMs = 50;

export function startPump(clock: ManualClock): { stop(): Promise<void> } {
  let stopped = false;
  const running = (async () => {
    while (!stopped) await clock.advance(strideMs);
  })();
  return {
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}
