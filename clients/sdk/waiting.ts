/** The client's only clock and chance: waits between tries, and keys that nobody else has. */

/** Resolves after `delayMs`; rejects with the signal's reason when that aborts first. */
export function wait(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(reasonOf(signal));
    const handle = setTimeout(done, delayMs);
    signal?.addEventListener('abort', aborted, { once: true });
    function done(): void {
      signal?.removeEventListener('abort', aborted);
      resolve();
    }
    function aborted(): void {
      clearTimeout(handle);
      reject(reasonOf(signal!));
    }
  });
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** A fresh `Idempotency-Key`: 128 random bits. (`crypto.randomUUID` is missing on pages served over plain http.) */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Uniform between 0 and 1. */
export function chance(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;
}

/** The present, epoch milliseconds. */
export function now(): number {
  return Date.now();
}
