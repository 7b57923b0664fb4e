/**
 * Who listens to which topics of a bus: the part that every bus adapter shares. Pure but for calling the listeners; a
 * listener that throws must not keep a message from the others.
 */

/** Whether a topic of dotted words matches a pattern in which `*` stands for exactly one word. */
export function topicMatches(pattern: string, topic: string): boolean {
  const expected = pattern.split('.');
  const words = topic.split('.');
  return expected.length === words.length && expected.every((word, i) => word === '*' || word === words[i]);
}

export type Listener = (topic: string, payload: unknown) => void;

export class Listeners {
  readonly #entries = new Set<{ pattern: string; listener: Listener }>();
  readonly #onError: (error: unknown) => void;

  /** `onError` is told what a listener throws. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Adds a listener; the answer removes it again. */
  add(pattern: string, listener: Listener): () => void {
    const entry = { pattern, listener };
    this.#entries.add(entry);
    return () => void this.#entries.delete(entry);
  }

  /** The patterns that anybody listens to, each once. */
  patterns(): Set<string> {
    return new Set([...this.#entries].map((entry) => entry.pattern));
  }

  /** Calls every listener whose pattern matches. */
  dispatch(topic: string, payload: unknown): void {
    for (const { pattern, listener } of [...this.#entries]) {
      if (!topicMatches(pattern, topic)) continue;
      try {
        listener(topic, payload);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
