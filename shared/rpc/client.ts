/**
 * The asking side. Connections are kept and used again, but after a failure none that stands to that peer is trusted:
 * a link that forwards nothing keeps its sockets, and the next try must not wait on one of them.
 */
import http from 'node:http';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { backoffMs } from '../base/backoff.js';
import { sleep, type Clock } from '../base/clock.js';
import { CarillonError, messageOf } from '../base/errors.js';
import type { Random } from '../base/random.js';
import { callerHeader, largestBodyBytes, rpcPath, secretHeader, type Call, type Procedure } from './rpc.js';

export interface RpcClientOptions {
  /** Name of this process, which each call bears. */
  caller: string;
  /** Empty for none. */
  secret: string;
  clock: Clock;
  random: Random;
}

interface Answer {
  status: number;
  text: string;
}

const backoff = { baseMs: 50, maxMs: 1_000 };

export class RpcClient {
  readonly #options: RpcClientOptions;
  readonly #agent = new http.Agent({ keepAlive: true });

  constructor(options: RpcClientOptions) {
    this.#options = options;
  }

  /** As `Rpc.call`. */
  async call<Request extends TSchema, Reply extends TSchema>(
    procedure: Procedure<Request, Reply>,
    call: Call<Static<Request>>,
  ): Promise<Static<Reply>> {
    const { clock, random } = this.#options;
    for (let tries = 1; ; tries++) {
      try {
        return await this.#try(procedure, call);
      } catch (error) {
        const again = error instanceof CarillonError && error.retryable && tries < (call.tries ?? 1);
        if (!again) throw error;
        await sleep(clock, backoffMs(tries - 1, backoff, random));
      }
    }
  }

  /** Ends all connections; calls under way reject. */
  close(): void {
    this.#agent.destroy();
  }

  async #try<Reply extends TSchema>(
    { name, reply }: Procedure<TSchema, Reply>,
    { url, request, deadlineMs }: Call<unknown>,
  ): Promise<Static<Reply>> {
    const target = new URL(`${rpcPath}/${name}`, url);
    const { status, text } = await this.#post(target, { body: JSON.stringify(request), deadlineMs }).catch(
      (cause: unknown) => {
        this.#forget(target);
        throw unavailable(`${name} at ${url}: ${messageOf(cause)}`, cause);
      },
    );
    if (status >= 500 || status === 404) throw unavailable(`${name} at ${url}: answered ${status}: ${text}`);
    const value = status === 200 ? parse(text) : undefined;
    if (Value.Check(reply, value)) return value;
    throw new CarillonError('peer-refused', `${name} at ${url}: answered ${status}: ${text.slice(0, 500)}`);
  }

  #post(target: URL, { body, deadlineMs }: { body: string; deadlineMs: number }): Promise<Answer> {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      [secretHeader]: this.#options.secret,
      [callerHeader]: this.#options.caller,
    };
    return new Promise<Answer>((resolve, reject) => {
      const request = http.request(target, { method: 'POST', agent: this.#agent, headers });
      request.on('response', (response) => {
        void read(response)
          .then(resolve, reject)
          .finally(() => response.complete || request.destroy());
      });
      const late = () => request.destroy(new Error(`no answer within ${deadlineMs} ms`));
      const cancel = this.#options.clock.after(deadlineMs, late);
      request.on('error', reject);
      request.on('close', cancel);
      request.end(body);
    });
  }

  /** Ends the idle connections to this peer. */
  #forget({ hostname, port }: URL): void {
    const name = this.#agent.getName({ host: hostname, port: Number(port) });
    for (const socket of this.#agent.freeSockets[name] ?? []) socket.destroy();
  }
}

async function read(response: http.IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBodyBytes) throw new Error(`an answer of more than ${largestBodyBytes} bytes`);
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function unavailable(message: string, cause?: unknown): CarillonError {
  return new CarillonError('peer-unavailable', message, { cause });
}
