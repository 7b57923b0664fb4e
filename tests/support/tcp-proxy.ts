/** A link that can be cut or stalled: a TCP proxy between a client under test and a real server. No root needed. */
import net from 'node:net';

export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const proxy = new TcpProxy(target);
  await proxy.listen();
  return proxy;
}

export class TcpProxy {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  readonly #clients = new Set<net.Socket>();
  #state: 'open' | 'cut' | 'stalled' = 'open';
  #muteText: string | null = null;
  #muted = false;

  constructor({ host, port }: { host: string; port: number }) {
    this.#server = net.createServer((client) => {
      if (this.#state === 'cut') return void client.destroy();
      this.#clients.add(client);
      client.on('close', () => this.#clients.delete(client));
      const server = net.connect(port, host);
      client.on('data', (chunk: Buffer) => this.#ask(server, chunk));
      server.on('data', (chunk: Buffer) => this.#muted || client.write(chunk));
      this.#tie(client, server);
      this.#tie(server, client);
    });
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  /** Ends every connection and refuses new ones. */
  cut(): void {
    this.#state = 'cut';
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Keeps sockets open, accepts new ones, forwards nothing. */
  stall(): void {
    this.#state = 'stalled';
    for (const socket of this.#sockets) socket.pause();
  }

  /** Forwards nothing over the sockets that are there; new ones are as good as ever. */
  stallOld(): void {
    for (const socket of this.#sockets) socket.pause();
  }

  /** Forwards again; what was held back while stalled is delivered. */
  heal(): void {
    this.#state = 'open';
    this.#muteText = null;
    this.#muted = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** Lets the next request that holds `text` through and withholds every reply from then on: cut, then heal, to lose them. */
  muteAfter(text: string): void {
    this.#muteText = text;
  }

  /** Tells every client something that the server never said. */
  forge(bytes: Buffer): void {
    for (const client of this.#clients) client.write(bytes);
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #ask(server: net.Socket, chunk: Buffer): void {
    if (this.#muteText !== null && chunk.includes(this.#muteText)) this.#muted = true;
    server.write(chunk);
  }

  /** What ends one side ends the other. */
  #tie(socket: net.Socket, other: net.Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      other.destroy();
    });
    if (this.#state === 'stalled') socket.pause();
  }
}
