/**
 * Connections on which nothing was ever asked: a client opens one in stock when it has broken another off. Node takes them for
 * busy until their time limit, so a server that closes would wait for them; they are ended instead.
 */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

export function addSilentConnections(app: FastifyInstance): void {
  const connections = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  app.addHook('preClose', (done) => {
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
    done();
  });
}
