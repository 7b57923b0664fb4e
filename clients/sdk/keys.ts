/** API keys. A secret is answered by the call that makes it and never again, so neither of these two is ever sent twice. */
import type { ApiKey, ApiKeyPage, CreateKeyBody, Operations, ShownApiKey } from './generated.js';
import { rowsOf } from './paging.js';
import type { CallOptions } from './request.js';

const once = { repeatable: false };

export class Keys {
  readonly #operations: Operations;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  /** Makes a key; `secret` of the answer is what its owner sends. */
  create(key: CreateKeyBody, options: CallOptions = {}): Promise<ShownApiKey> {
    return this.#operations.createKey({ body: key }, { ...once, ...options });
  }

  get(id: string, options?: CallOptions): Promise<ApiKey> {
    return this.#operations.getKey({ id }, options);
  }

  /** Gives it a new secret; the present one stays good for `overlap`, a day unless told. */
  rotate(
    id: string,
    { overlap, ...options }: CallOptions & { overlap?: string | number | undefined } = {},
  ): Promise<ShownApiKey> {
    return this.#operations.rotateKey({ id, body: { overlap } }, { ...once, ...options });
  }

  /** From then on it is refused, everywhere within 5 seconds. */
  revoke(id: string, options: CallOptions = {}): Promise<void> {
    return this.#operations.revokeKey({ id }, { ...once, ...options });
  }

  /** One page; `all` follows the cursors. */
  list(page: { limit?: number; cursor?: string } = {}, options?: CallOptions): Promise<ApiKeyPage> {
    return this.#operations.listKeys(page, options);
  }

  /** Every key that yours manages, in the order of the ids; `limit` is the size of a page. */
  all(page: { limit?: number } = {}, options?: CallOptions): AsyncGenerator<ApiKey, void, undefined> {
    return rowsOf((cursor) => this.#operations.listKeys({ ...page, cursor }, options));
  }
}
