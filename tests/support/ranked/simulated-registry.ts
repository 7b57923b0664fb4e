/** The registry's two documents under compare-and-set, and a watch over what may be written to them. */
import {
  answerTo,
  writeOf,
  type Answer,
  type Question,
  type Write,
} from '../../../shared/coordination/ranked/questions.js';
import { tenureOf, type LeaseValue, type Tenure } from '../../../shared/coordination/ranked/tenure.js';

interface Stored {
  version: number;
  value: Write['value'];
}

export interface Installation {
  at: number;
  term: number;
  leader: string;
  /** What stood before, and for how long. */
  over: Tenure;
  stoodFor: number;
}

export class SimulatedRegistry {
  /** Every term that was ever installed, in order. */
  readonly installations: Installation[] = [];
  readonly #documents: Partial<Record<'term' | 'lease', Stored>> = {};
  #writtenAt = -Infinity;

  perform(question: Question, self: { id: string; name: string }, at: number): Answer {
    if (question.kind === 'read') return { kind: 'read', tenure: this.tenure() };
    const write = writeOf(question, self);
    const done = this.#version(write.document) === write.expected && this.#guardHolds(write);
    if (!done) return answerTo(question, null, self);
    const over = this.tenure();
    const version = write.expected + 1;
    this.#documents[write.document] = { version, value: write.value };
    if (question.kind === 'install')
      this.installations.push({
        at,
        term: question.term,
        leader: self.name,
        over,
        stoodFor: at - this.#writtenAt,
      });
    this.#writtenAt = at;
    return answerTo(question, version, self);
  }

  tenure(): Tenure {
    const { term, lease } = this.#documents;
    return tenureOf(
      (term as { version: number; value: { term: number; leader: string } } | undefined) ?? null,
      (lease as { version: number; value: LeaseValue } | undefined) ?? null,
    );
  }

  #guardHolds({ guard }: Write): boolean {
    return this.#version(guard.document) === guard.version;
  }

  #version(document: 'term' | 'lease'): number {
    return this.#documents[document]?.version ?? 0;
  }
}
