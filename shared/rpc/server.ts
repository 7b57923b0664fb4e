/**
 * The answering side, behind the admin port: whoever does not show the cluster's secret is refused before anything is
 * looked at, and what does not fit the procedure's schema never reaches a handler. It knows HTTP by its statuses only.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { messageOf } from '../base/errors.js';
import type { Handler, Procedure } from './rpc.js';

interface Served {
  procedure: Procedure;
  handler: Handler<unknown, unknown>;
}

export interface Asked {
  name: string;
  /** The header as it came. */
  secret: string | string[] | undefined;
  body: unknown;
}

export interface Answered {
  status: 200 | 400 | 403 | 404 | 500;
  body: unknown;
}

export class RpcServer {
  readonly #secret: Buffer;
  readonly #served = new Map<string, Served>();

  /** `secret` is empty for none; the header must be there all the same, which no page in a browser can send unasked. */
  constructor(secret: string) {
    this.#secret = digest(secret);
  }

  /** As `Rpc.serve`. */
  serve<Request extends TSchema, Reply extends TSchema>(
    procedure: Procedure<Request, Reply>,
    handler: Handler<Static<Request>, Static<Reply>>,
  ): () => void {
    if (this.#served.has(procedure.name)) throw new Error(`${procedure.name} is served already`);
    this.#served.set(procedure.name, {
      procedure,
      handler: (request) => handler(request as Static<Request>),
    });
    return () => void this.#served.delete(procedure.name);
  }

  /** Never rejects. */
  async answer({ name, secret, body }: Asked): Promise<Answered> {
    if (typeof secret !== 'string' || !timingSafeEqual(digest(secret), this.#secret))
      return failed(403, 'the cluster secret is missing or another');
    const served = this.#served.get(name);
    if (!served) return failed(404, `${name} is not served here`);
    const [mistake] = Value.Errors(served.procedure.request, body);
    if (mistake) return failed(400, `${mistake.instancePath || 'the request'} ${mistake.message}`);
    try {
      return { status: 200, body: await served.handler(body) };
    } catch (error) {
      return failed(500, messageOf(error));
    }
  }
}

/** Of equal length for secrets of any length, as the comparison wants it. */
function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function failed(status: 400 | 403 | 404 | 500, error: string): Answered {
  return { status, body: { error } };
}
