/** The API on a real port, over a store in memory, and a client of it that waits without time passing. */
import type { AddressInfo } from 'node:net';
import { Carillon, type CarillonOptions } from '../../clients/sdk/carillon.js';
import { openWorld, type World } from '../api/world.js';

export interface ServedApi extends World {
  url: string;
  client: Carillon;
}

export async function serveApi(options: Partial<CarillonOptions> = {}): Promise<ServedApi> {
  const world = await openWorld();
  await world.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = world.app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return { ...world, url, client: new Carillon({ url, wait: () => Promise.resolve(), ...options }) };
}
