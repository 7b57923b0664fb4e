/**
 * What an overlap policy would do with occurrences to come, were each execution to take as long as the last ones took on
 * average. Pure; a forecast, for what really happens is decided where an execution starts.
 */
import type { OverlapPolicy } from './overlap.js';
import type { Note } from './preview.js';

/** How it would look: `dueAt` of each occurrence, in order, epoch ms. Answers the notes of each. */
export function overlapNotes(dueAts: readonly number[], policy: OverlapPolicy, averageMs: number): Note[][] {
  const course = new Course(averageMs);
  return dueAts.map((dueAt) => (policy === 'allowAll' ? [] : course.meet(dueAt, policy)));
}

class Course {
  readonly #averageMs: number;
  /** When all that runs or waits has ended. */
  #freeAt = -Infinity;
  /** When the one that waits last starts. */
  #lastStart = -Infinity;

  constructor(averageMs: number) {
    this.#averageMs = averageMs;
  }

  meet(dueAt: number, policy: OverlapPolicy): Note[] {
    const waitMs = this.#freeAt - dueAt;
    if (waitMs <= 0) return this.#run(dueAt, []);
    const why = `the one before still runs, at ${Math.round(this.#averageMs)} ms each`;
    const isFull = policy === 'bufferOne' && this.#lastStart > dueAt;
    if (policy === 'skip' || isFull)
      return [{ kind: 'overlap-skip', detail: isFull ? `left out: one waits already` : `left out: ${why}` }];
    if (policy === 'cancelOther')
      return this.#run(dueAt, [{ kind: 'overlap-cancel', detail: `ends the one before: ${why}` }]);
    return this.#run(this.#freeAt, [
      { kind: 'overlap-buffer', detail: `waits ${Math.round(waitMs)} ms: ${why}` },
    ]);
  }

  #run(start: number, notes: Note[]): Note[] {
    this.#lastStart = start;
    this.#freeAt = start + this.#averageMs;
    return notes;
  }
}
