/** Long work in one process goes in steps, between which everybody else has his turn. */

/** Resolves when what waits for the event loop has had it. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
