/** A link that can be cut or stalled: a TCP proxy between a client under test and a real server. No root needed. */
import net from 'node:net';

export interface TcpProxy {
  port: number;
  /** Ends every connection and refuses new ones. */
  cut(): void;
  /** Keeps sockets open, accepts new ones, forwards nothing. */
  stall(): void;
  /** Forwards again; what was held back while stalled is delivered. */
  heal(): void;
  /** Lets the next request that holds `text` through and withholds every reply from then on: cut, then heal, to lose them. */
  muteAfter(text: string): void;
  /** Tells every client something that the server never said. */
  forge(bytes: Buffer): void;
  close(): Promise<void>;
}

export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<net.Socket>();
  const clients = new Set<net.Socket>();
  let muteText: string | null = null;
  let muted = false;
  let state: 'open' | 'cut' | 'stalled' = 'open';
  const server = net.createServer((client) => {
    if (state === 'cut') return void client.destroy();
    clients.add(client);
    client.on('close', () => clients.delete(client));
    const upstream = net.connect(target.port, target.host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (from === client && muteText !== null && chunk.includes(muteText)) muted = true;
        if (from === client || !muted) to.write(chunk);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (state === 'stalled') from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    cut() {
      state = 'cut';
      for (const socket of sockets) socket.destroy();
    },
    stall() {
      state = 'stalled';
      for (const socket of sockets) socket.pause();
    },
    heal() {
      state = 'open';
      muteText = null;
      muted = false;
      for (const socket of sockets) socket.resume();
    },
    muteAfter(text) {
      muteText = text;
    },
    forge(bytes) {
      for (const client of clients) client.write(bytes);
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
