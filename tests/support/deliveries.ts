/** What a consumer under test was given. */
import type { Delivery, WorkMessage } from '../../shared/queue/queue.js';

/** Keeps what is delivered, in order; `onEach` sees each delivery first. */
export function collector(onEach: (delivery: Delivery) => void = () => {}) {
  const deliveries: Delivery[] = [];
  return {
    deliveries,
    ids: () => deliveries.map((delivery) => delivery.message.execution.id),
    onDelivery(delivery: Delivery) {
      deliveries.push(delivery);
      onEach(delivery);
    },
  };
}

export const acknowledging = () => collector((delivery) => delivery.ack());

export function idsOf(messages: WorkMessage[]): string[] {
  return messages.map((message) => message.execution.id);
}
