/** Calls between processes: the real answering side, and a way to it that may be cut. */
import { backoffMs } from '../../shared/base/backoff.js';
import { CarillonError } from '../../shared/base/errors.js';
import type { Rpc } from '../../shared/rpc/rpc.js';
import { RpcServer } from '../../shared/rpc/server.js';
import { sleep, type Clock } from '../../shared/base/clock.js';
import type { Life } from './machine.js';
import type { Network } from './network.js';

const secret = 'a secret of the simulation';
const backoff = { baseMs: 50, maxMs: 1_000 };

export class Calls {
  readonly #network: Network;
  readonly #deaf: boolean;
  readonly #servers = new Map<string, { server: RpcServer; life: Life }>();

  /** `deaf`: nobody hears anybody. */
  constructor(network: Network, deaf = false) {
    this.#network = network;
    this.#deaf = deaf;
  }

  /** The base address of a process. */
  addressOf({ name, number }: Life): string {
    return `http://${name}.test:${1_000 + number}`;
  }

  /** The port of one process. */
  rpcOf(life: Life, clock: Clock): Rpc {
    const server = new RpcServer(secret);
    const address = this.addressOf(life);
    this.#servers.set(address, { server, life });
    life.onEnd(() => this.#servers.delete(address));
    return {
      serve: (...served) => server.serve(...served),
      call: async ({ name }, { url, request, deadlineMs, tries: most = 1 }) => {
        for (let tries = 1; ; tries++) {
          try {
            return (await this.#ask(life, { name, url, request, deadlineMs })) as never;
          } catch (error) {
            if (tries >= most) throw error;
            await sleep(clock, backoffMs(tries - 1, backoff, life.world.random));
          }
        }
      },
    };
  }

  #ask(life: Life, { name, url, request, deadlineMs }: Asked): Promise<unknown> {
    const failure = (): CarillonError => new CarillonError('peer-unavailable', `${name} at ${url}: silent`);
    const body = JSON.stringify(request);
    return this.#network.call(life, {
      to: new URL(url).hostname.split('.')[0]!,
      deadlineMs,
      failure,
      land: async () => {
        const asked = this.#servers.get(url);
        if (!asked || this.#deaf) throw failure();
        await new Promise<void>((resolve) => asked.life.hear(resolve));
        const { status, body: reply } = await asked.server.answer({ name, secret, body: JSON.parse(body) });
        if (status !== 200) throw failure();
        return JSON.parse(JSON.stringify(reply)) as unknown;
      },
    });
  }
}

interface Asked {
  name: string;
  url: string;
  request: unknown;
  deadlineMs: number;
}
