/**
 * What a process pretends, for tests and demonstrations: that it is dead, or cut off from other processes and brokers.
 * It only says so. Few doors ask it – calls between processes, the bus, the links to brokers, the lease, requests – and
 * nothing behind them knows that there is such a thing. It is not there at all unless the fault switch is on.
 */

/** Brokers by the names under which one can be cut off from them. */
export const brokerNames = ['mongodb', 'rabbitmq', 'zookeeper'] as const;
export type BrokerName = (typeof brokerNames)[number];

export interface FaultState {
  /** Nothing comes out of this process any more, and nothing goes in. */
  dead: boolean;
  /** Processes and brokers with which it exchanges nothing, in either direction. */
  unreachable: readonly string[];
}

export class Faults {
  readonly #listeners: (() => void)[] = [];
  #state: FaultState = { dead: false, unreachable: [] };

  /** @param name of this process */
  constructor(readonly name: string) {}

  get state(): FaultState {
    return this.#state;
  }

  get dead(): boolean {
    return this.#state.dead;
  }

  /** Whether anything passes between this process and the process or broker of that name. */
  reaches(name: string): boolean {
    return !this.#state.dead && !this.#state.unreachable.includes(name);
  }

  /** What is not said stays as it is. */
  change(change: Partial<FaultState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
