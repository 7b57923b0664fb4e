/**
 * Seals what was planned, so that only this can be carried out: by the same actor, in the same namespace, with the same
 * words, within a while. Nothing is kept of a plan. The key is a document of the store, so every process of the API can
 * open what another one has sealed.
 */
import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { DocumentStore } from '../../../shared/store/store.js';

const document = 'plan-seal';

export interface Plan {
  /** When it was made: what is newer was not meant. Epoch ms, by the clock of the namespace. */
  madeAt: number;
  /** Until when it may be carried out, real time. */
  until: number;
  /** The id up to which it was carried out already; null for none. */
  after: string | null;
}

export class PlanSeal {
  readonly #documents: DocumentStore;
  #key: string | null = null;

  constructor(documents: DocumentStore) {
    this.#documents = documents;
  }

  /** @param what all that the plan is about, in the same words each time */
  async seal(what: unknown, plan: Plan): Promise<string> {
    const content = Buffer.from(JSON.stringify(plan)).toString('base64url');
    return `${content}.${await this.#mark(what, content)}`;
  }

  /** The plan within a token; null for one that was not sealed for this. */
  async open(what: unknown, token: string): Promise<Plan | null> {
    const [content = '', mark = ''] = token.split('.');
    const [given, wanted] = [mark, await this.#mark(what, content)].map((text) =>
      hash('sha256', text, 'buffer'),
    );
    if (!timingSafeEqual(given!, wanted!)) return null;
    return JSON.parse(Buffer.from(content, 'base64url').toString()) as Plan;
  }

  async #mark(what: unknown, content: string): Promise<string> {
    const key = (this.#key ??= await this.#readKey());
    return createHmac('sha256', key)
      .update(JSON.stringify([what, content]))
      .digest('base64url');
  }

  /** Whoever comes first writes it. */
  async #readKey(): Promise<string> {
    const fresh = { key: randomBytes(32).toString('base64url') };
    await this.#documents.write(document, fresh, { expected: 0 });
    const stored = await this.#documents.read(document);
    return (stored!.value as typeof fresh).key;
  }
}
