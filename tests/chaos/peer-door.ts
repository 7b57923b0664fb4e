/**
 * The address of one process for all others of its kind: a proxy that knows who comes through it, so that the link between
 * two of them can be cut alone. Who asks is read from the head of the first request; connections that are kept alive belong
 * to one process each, so one look is enough. What is cut keeps its sockets and is forwarded nothing.
 */
import net from 'node:net';
import { callerHeader } from '../../shared/rpc/rpc.js';

export interface PeerDoorOptions {
  /** The port behind it; null while there is none: then nobody gets an answer. */
  port(): number | null;
  /** Whether nothing is forwarded from and to this process. */
  isCut(caller: string): boolean;
}

interface Joint {
  caller: string;
  sockets: readonly net.Socket[];
}

const headEnd = '\r\n\r\n';
const callerLine = new RegExp(`^${callerHeader}: (.+)\r$`, 'im');

export class PeerDoor {
  readonly #options: PeerDoorOptions;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  readonly #joints = new Set<Joint>();

  constructor(options: PeerDoorOptions) {
    this.#options = options;
    this.#server = net.createServer((client) => {
      this.#keep(client);
      readHead(client, (head) => this.#join(client, head));
    });
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  /** Asks anew who is cut. */
  refresh(): void {
    for (const joint of this.#joints) this.#open(joint);
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #join(client: net.Socket, head: Buffer): void {
    const port = this.#options.port();
    if (port === null) return;
    const [, caller = ''] = callerLine.exec(head.toString('latin1')) ?? [];
    const server = net.connect(port, '127.0.0.1');
    this.#keep(server);
    const joint = { caller, sockets: [client, server] };
    this.#joints.add(joint);
    forward(client, server);
    forward(server, client);
    client.on('close', () => this.#joints.delete(joint));
    client.unshift(head);
    this.#open(joint);
  }

  #open({ caller, sockets }: Joint): void {
    const cut = this.#options.isCut(caller);
    for (const socket of sockets)
      if (cut) socket.pause();
      else socket.resume();
  }

  #keep(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

/** What ends one side ends the other. */
function forward(from: net.Socket, to: net.Socket): void {
  from.on('data', (chunk: Buffer) => to.write(chunk));
  from.on('close', () => to.destroy());
}

/** Gives what has come once the head of a request is complete, and leaves the socket paused. */
function readHead(socket: net.Socket, onHead: (read: Buffer) => void): void {
  let read = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    read = Buffer.concat([read, chunk]);
    if (!read.includes(headEnd)) return;
    socket.off('data', onData);
    socket.pause();
    onHead(read);
  };
  socket.on('data', onData);
}
