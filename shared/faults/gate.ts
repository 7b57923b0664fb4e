/**
 * A gate on the way to a broker: a proxy on loopback of this very process. Shut, it keeps every connection, takes new
 * ones and forwards nothing either way, as a network does that drops packets, so that drivers meet real silence and
 * not an error. What was held back is delivered when it opens, to whoever still listens.
 */
import { once } from 'node:events';
import net from 'node:net';

export interface Target {
  host: string;
  port: number;
}

export class Gate {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  #open = true;

  private constructor({ host, port }: Target) {
    this.#server = net.createServer((near) => {
      const far = net.connect({ host, port });
      this.#join(near, far);
      this.#join(far, near);
    });
  }

  static async open(target: Target): Promise<Gate> {
    const gate = new Gate(target);
    gate.#server.listen(0, '127.0.0.1');
    await once(gate.#server, 'listening');
    return gate;
  }

  /** `host:port` at which the broker seems to be. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`;
  }

  /** Opens or shuts it; nothing happens where it is so already. */
  set(open: boolean): void {
    this.#open = open;
    for (const socket of this.#sockets)
      if (open) socket.resume();
      else socket.pause();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Forwards what comes from `one`; what ends it ends the other. */
  #join(one: net.Socket, other: net.Socket): void {
    this.#sockets.add(one);
    one.setNoDelay();
    one.on('data', (chunk: Buffer) => this.#forward(chunk, { one, other }));
    one.on('error', () => other.destroy());
    one.on('close', () => {
      this.#sockets.delete(one);
      other.destroy();
    });
    if (!this.#open) one.pause();
  }

  #forward(chunk: Buffer, { one, other }: { one: net.Socket; other: net.Socket }): void {
    if (other.write(chunk)) return;
    one.pause();
    other.once('drain', () => this.#open && one.resume());
  }
}
