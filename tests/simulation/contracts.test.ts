/** With all faults off, what stands in for the store, the queue and the bus keeps the contracts of the real adapters. */
import { describe } from 'vitest';
import { openSqliteStore } from '../../shared/store/sqlite/sqlite-store.js';
import { busContract } from '../contracts/bus-contract.js';
import { queueContract } from '../contracts/queue-contract.js';
import { storeContract } from '../contracts/store-contract.js';
import { Broker } from './broker.js';
import { SimulatedBus } from './bus.js';
import { Life, SimulatedMachine } from './machine.js';
import { Network } from './network.js';
import { doorTo } from './store.js';
import { World } from './world.js';

/** A calm world in which time passes as fast as things happen. */
function setup() {
  const world = new World(1);
  const network = new Network(world);
  let running = true;
  const live = async (): Promise<void> => {
    while (running) await world.pass(1);
  };
  const living = live();
  return {
    world,
    network,
    lifeOf: (name: string) => new Life(new SimulatedMachine(world, name), 1),
    async end() {
      running = false;
      await living;
    },
  };
}

storeContract('through a door of the simulation', async () => {
  const { world, network, lifeOf, end } = setup();
  const real = await openSqliteStore({ path: ':memory:', wallClock: () => world.now() });
  const store = doorTo({ store: real, network, life: lifeOf('api-1'), witness: async () => undefined });
  const close = async (): Promise<void> => {
    await end();
    await real.close();
  };
  return { store, close };
});

describe('the queue of the simulation', () => {
  queueContract(async ({ maxLength }) => {
    const { world, network, lifeOf, end } = setup();
    const broker = new Broker(world, network, maxLength);
    const queue = broker.queueOf(lifeOf('worker-1'));
    return {
      queue,
      consumeMortally: async (options) => {
        const life = lifeOf('worker-2');
        await broker.queueOf(life).consume(options);
        return async () => life.end();
      },
      async close() {
        await queue.close();
        await end();
      },
    };
  });
});

describe('the bus of the simulation', () => {
  busContract(async () => {
    const { world, network, lifeOf, end } = setup();
    const hub = new SimulatedBus(world, network);
    return { bus: hub.busOf(lifeOf('api-1')), peer: hub.busOf(lifeOf('scheduler-1')), close: end };
  });
});
