/**
 * Ports for processes of our own. They come from below the ranges that Linux (from 32768) and macOS (from 49152) give
 * to outgoing connections: a server that was killed must find its port free again, and no client may connect to itself.
 */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';

const firstPort = 20_000;
const lastPort = 32_000;
const given = new Set<number>();

/** Whether 127.0.0.1 takes a listener on this port right now. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = net.createServer();
  try {
    server.listen({ port, host: '127.0.0.1', exclusive: true });
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** A port that is free now and that this process has not given out before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(firstPort, lastPort);
    if (given.has(port)) continue;
    given.add(port);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`no free port between ${firstPort} and ${lastPort}`);
}
