/**
 * The bus of a process that may be cut off from others: each message says who sent it and whom it does not reach, so
 * that the broker between them does not matter. Both sides must have the fault switch on to understand each other.
 */
import type { Bus } from '../queue/bus.js';
import type { Faults } from './faults.js';

interface Envelope {
  from: string;
  notTo: readonly string[];
  payload: unknown;
}

export function cutBus(bus: Bus, faults: Faults): Bus {
  const passes = ({ from, notTo }: Envelope): boolean => faults.reaches(from) && !notTo.includes(faults.name);
  return {
    publish(topic, payload) {
      const { dead, unreachable } = faults.state;
      if (dead) return;
      bus.publish(topic, { from: faults.name, notTo: unreachable, payload } satisfies Envelope);
    },
    subscribe: (pattern, listener) =>
      bus.subscribe(pattern, (topic, sent) => {
        const envelope = sent as Envelope;
        if (passes(envelope)) listener(topic, envelope.payload);
      }),
    close: () => bus.close(),
  };
}
