/** The bench's side of the receiver: starts its process, begins runs, waits for them, asks for their account. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Account } from './call-account.js';
import type { Order } from './receiver.js';

export interface ReceiverRun {
  /** Apart from those of other runs; part of each timer's id. */
  id: string;
  /** Where timer `n`, due at this epoch millisecond, has to call. */
  url(n: number, due: number): string;
  /** Resolves when this many different timers have called, or after `limitMs`. */
  called(expected: number, limitMs: number): Promise<void>;
  /** @param since the instant before which the system could call nobody */
  account(expected: number, since?: number): Promise<Account>;
}

interface Waiter {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export class Receiver {
  readonly #child: ChildProcess;
  readonly #port: number;
  readonly #waiting = new Map<number, Waiter>();
  #asked = 0;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#port = port;
    child.on('message', ({ id, answer }: { id: number; answer: unknown }) => {
      this.#waiting.get(id)?.resolve(answer);
      this.#waiting.delete(id);
    });
    child.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the receiver has ended'));
    });
  }

  static async start(): Promise<Receiver> {
    const child = fork(join(import.meta.dirname, 'receiver.js'));
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new Receiver(child, port);
  }

  /** @param answerMs how long the receiver takes to answer each call */
  async begin(answerMs = 0): Promise<ReceiverRun> {
    const run = (await this.#ask({ what: 'begin', answerMs })) as number;
    return {
      id: `run-${run}`,
      url: (n, due) => `http://127.0.0.1:${this.#port}/${run}/${n}/${due}`,
      called: async (expected, limitMs) => void (await this.#ask({ what: 'await', run, expected, limitMs })),
      account: (expected, since = 0) =>
        this.#ask({ what: 'account', run, expected, since }) as Promise<Account>,
    };
  }

  stop(): void {
    this.#child.disconnect();
  }

  #ask(order: Order): Promise<unknown> {
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, order });
    });
  }
}
