/**
 * Servers that misbehave: raw sockets answering whatever bytes a test wants, with and without TLS. What is written is
 * not checked by anybody, which is the point.
 */
import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';

export interface HostileServer {
  port: number;
  /** Requests heads that have come in. */
  requests: number;
  /** Connections accepted. */
  connections: number;
  close(): Promise<void>;
}

/** What happens once a request's head is in. */
export type Misbehaviour = (socket: net.Socket) => void;

export interface HostileOptions {
  /** Serve TLS with this certificate of tests/support/certificates. */
  certificate?: 'self-signed' | 'wrong-host' | 'expired';
  /** Instead of waiting for a request: called at each connection, which is counted from 1. */
  onConnection?(socket: net.Socket, count: number): void;
}

export async function startHostileServer(
  misbehave: Misbehaviour,
  { certificate, onConnection }: HostileOptions = {},
): Promise<HostileServer> {
  const sockets = new Set<net.Socket>();
  const counts = { requests: 0, connections: 0 };
  const accept = (socket: net.Socket): void => {
    sockets.add(socket);
    counts.connections++;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    onConnection?.(socket, counts.connections);
    let head = '';
    socket.on('data', (chunk) => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      head = '';
      counts.requests++;
      misbehave(socket);
    });
  };
  const server = certificate
    ? tls
        .createServer({ key: pem('key'), cert: pem(certificate) }, accept)
        .on('tlsClientError', () => undefined)
    : net.createServer(accept);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    get requests() {
      return counts.requests;
    },
    get connections() {
      return counts.connections;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A certificate, or the key of them all, as PEM. */
export function pem(name: 'key' | 'self-signed' | 'wrong-host' | 'expired'): string {
  return readFileSync(new URL(`./certificates/${name}.pem`, import.meta.url), 'utf8');
}
