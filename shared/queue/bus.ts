/**
 * PORT: transient publish/subscribe between our processes. At most once: a message to nobody, or while the broker is away,
 * is lost, and nothing may depend on its arrival.
 */
export interface Bus {
  /** Fire and forget; never throws. `topic` is dotted words, such as `nudge.17`; `payload` is JSON. */
  publish(topic: string, payload: unknown): void;
  /** Calls `listener` for each message whose topic matches; `*` stands for one word. Survives reconnects. */
  subscribe(pattern: string, listener: (topic: string, payload: unknown) => void): Promise<Subscription>;
  close(): Promise<void>;
}

export interface Subscription {
  stop(): Promise<void>;
}
