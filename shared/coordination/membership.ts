/** PORT: which processes are there. An entry vanishes by itself within the session time after its process does. */
export interface Member {
  /** The incarnation. */
  id: string;
  name: string;
  service: string;
  /** Base address of the admin port. */
  adminUrl: string;
}

export interface Membership {
  /** Announces this process; resolves at once while the coordinator is away: it then keeps trying. */
  start(): Promise<void>;
  /** The members as last seen, this one included once it is seen. */
  members(): readonly Member[];
  onChange(listener: (members: readonly Member[]) => void): void;
  /** Withdraws the announcement. */
  stop(): Promise<void>;
}
