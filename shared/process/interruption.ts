/**
 * Ctrl-C and SIGTERM for a command that has things to end: the first asks for order, a second one for haste. npm passes
 * a Ctrl-C on that the terminal has sent already, so what follows within a second is the same wish.
 */

const sameWishMs = 1000;

export interface Interruption {
  /** Aborted by the first signal. */
  signal: AbortSignal;
  /** Resolves at the first signal. */
  requested: Promise<void>;
}

/** Watches from now on; `onImpatience` is called once, at a second wish. */
export function watchInterruption(onImpatience: () => void): Interruption {
  const controller = new AbortController();
  let requestedAt = Infinity;
  const requested = new Promise<void>((resolve) => {
    const receive = () => {
      if (!controller.signal.aborted) {
        requestedAt = performance.now();
        controller.abort();
        resolve();
      } else if (performance.now() - requestedAt > sameWishMs) {
        requestedAt = Infinity;
        onImpatience();
      }
    };
    process.on('SIGINT', receive);
    process.on('SIGTERM', receive);
  });
  return { signal: controller.signal, requested };
}
