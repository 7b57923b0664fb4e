/** For tests of real servers, which tell nobody when they are done: asks again until the answer is yes. */
const pauseMs = 10;

/** Resolves once `condition` holds; rejects, naming `what`, when it does not within `withinMs`. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 15_000,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`still waiting for this after ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
