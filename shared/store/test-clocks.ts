/**
 * Where the test clocks of namespaces stand, as one small document of the store: the API creates them and asks for where
 * they shall go, a scheduler moves them.
 */
import type { DocumentStore } from './store.js';

export const testClockDocument = 'test-clocks';

/** Epoch milliseconds. While `target` is ahead of `now` the clock is being moved. */
export interface TestClock {
  now: number;
  target: number;
}

export type TestClocks = Readonly<Record<string, TestClock>>;

export async function readTestClocks(documents: DocumentStore): Promise<TestClocks> {
  return ((await documents.read(testClockDocument))?.value ?? {}) as TestClocks;
}

/**
 * Writes what `decide` makes of the clocks, which is called anew when somebody else wrote meanwhile; null leaves them.
 * Answers what is there afterwards.
 */
export async function changeTestClocks(
  documents: DocumentStore,
  decide: (clocks: TestClocks) => TestClocks | null,
): Promise<TestClocks> {
  for (;;) {
    const present = await documents.read(testClockDocument);
    const clocks = (present?.value ?? {}) as TestClocks;
    const changed = decide(clocks);
    if (changed === null) return clocks;
    const written = await documents.write(testClockDocument, changed, { expected: present?.version ?? 0 });
    if (written !== null) return changed;
  }
}

/** Moves a clock on, never back; false when it is there no more. */
export async function moveTestClock(
  documents: DocumentStore,
  namespace: string,
  now: number,
): Promise<boolean> {
  const clocks = await changeTestClocks(documents, (present) => {
    const clock = present[namespace];
    return clock && clock.now < now ? { ...present, [namespace]: { ...clock, now } } : null;
  });
  return clocks[namespace] !== undefined;
}
