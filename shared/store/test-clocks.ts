/**
 * Where the test clocks of namespaces stand, as one small document of the store: the API creates them and asks for where
 * they shall go, a scheduler moves them.
 */
import type { DocumentStore } from './store.js';

export const testClockDocument = 'test-clocks';

/** Instants are epoch milliseconds. */
export interface TestClock {
  now: number;
  target: number;
  /** Until all that falls due up to the target, at the target itself too, has been fired and has ended. */
  moving: boolean;
}

export type TestClocks = Readonly<Record<string, TestClock>>;

/** The clock of a namespace, which may be called anything, `__proto__` too. */
export function clockIn(clocks: TestClocks, namespace: string): TestClock | undefined {
  return Object.hasOwn(clocks, namespace) ? clocks[namespace] : undefined;
}

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
    const clock = clockIn(present, namespace);
    return clock && clock.now < now ? { ...present, [namespace]: { ...clock, now } } : null;
  });
  return clockIn(clocks, namespace) !== undefined;
}

/** Says that a clock has come to this target; one that was sent further meanwhile goes on. */
export async function arriveTestClock(
  documents: DocumentStore,
  namespace: string,
  target: number,
): Promise<void> {
  await changeTestClocks(documents, (present) => {
    const clock = clockIn(present, namespace);
    if (!clock?.moving || clock.target !== target) return null;
    return { ...present, [namespace]: { now: target, target, moving: false } };
  });
}
