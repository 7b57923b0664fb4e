/**
 * Keeps one part alive:
 *
 *     starting ──ready──▶ running ──process ends──▶ down ──1 s, restarts on──▶ starting
 *
 * A start that fails while supervised is tried again after the same second, for ever; only the first one, made by
 * whoever builds the stack, may reject. It never restarts what `stop` has begun to stop.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Role, StackPart } from './stack-file.js';

/** A process that is up and usable. */
export interface Running {
  pid: number;
  /** Resolves with the reason when it has ended. */
  exited: Promise<string>;
  signal(signal: NodeJS.Signals): Promise<void>;
  /** Ends it in order, by force when it takes too long; safe to call twice. */
  stop(): Promise<void>;
  lastLines(): string;
}

export interface PartDefinition {
  role: Role;
  id: string;
  url: string | null;
  adminUrl: string | null;
  /** Starts the process on the same ports and data each time; resolves when it is usable. */
  start(signal: AbortSignal): Promise<Running>;
}

export interface SupervisorOptions {
  part: PartDefinition;
  /** Told a line whenever something happens that a person should know. */
  say(line: string): void;
  /** Called after a part was started again and is ready. */
  onReplaced(): void;
}

const restartDelayMs = 1000;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #stopping = new AbortController();
  #running: Running | null = null;
  #pid: number | null = null;
  #starts = 0;
  #expectedStarts = 0;
  #restarting = true;
  #starting: Promise<void> | null = null;
  #waiting: { starts: number; resolve(part: StackPart): void }[] = [];

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get part(): StackPart {
    const { role, id, url, adminUrl } = this.#options.part;
    return { role, id, pid: this.#pid, url, adminUrl };
  }

  /** The first start; rejects with the part's last lines when it does not become ready. */
  async start(): Promise<void> {
    try {
      this.#starting = this.#start();
      await this.#starting;
    } catch (error) {
      throw new Error(`${this.#options.part.id} ${(error as Error).message}`, { cause: error });
    } finally {
      this.#starting = null;
    }
  }

  /** Signals the process; after a deadly signal resolves when it has ended. Rejects when it is not running. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const running = this.#running;
    if (!running) throw new Error(`${this.#options.part.id} is not running`);
    const deadly = signal !== 'SIGSTOP' && signal !== 'SIGCONT';
    if (deadly) this.#expectedStarts = this.#starts + 1;
    await running.signal(signal);
    if (deadly) await running.exited;
  }

  /** Resolves when the part was started again and is ready: after the last kill, else after its next death. */
  replaced(): Promise<StackPart> {
    const starts = this.#expectedStarts || this.#starts + 1;
    if (this.#starts >= starts) return Promise.resolve(this.part);
    return new Promise((resolve) => this.#waiting.push({ starts, resolve }));
  }

  /** Turns starting again on or off; turned on, a part that is down is started at once. */
  restarts(on: boolean): void {
    this.#restarting = on;
    if (on && this.#starts > 0 && !this.#running) this.#revive(0);
  }

  /** Ends the part, or the attempt to start it; safe to call twice. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#starting?.catch(() => {});
    await this.#running?.stop();
  }

  /** Kills at once, without order; for a person who asked twice. */
  async abandon(): Promise<void> {
    this.#stopping.abort();
    await this.#running?.signal('SIGKILL');
  }

  async #start(): Promise<void> {
    const running = await this.#options.part.start(this.#stopping.signal);
    this.#running = running;
    this.#pid = running.pid;
    this.#starts++;
    void running.exited.then((reason) => this.#died(running, reason));
  }

  #died(running: Running, reason: string): void {
    this.#running = null;
    if (this.#stopping.signal.aborted) return;
    this.#options.say(
      `${this.part.id} (pid ${running.pid}) ended with ${reason}\n${running.lastLines()}`.trimEnd(),
    );
    if (this.#restarting) this.#revive(restartDelayMs);
  }

  #revive(delayMs: number): void {
    this.#starting ??= this.#startUntilReady(delayMs).finally(() => (this.#starting = null));
  }

  async #startUntilReady(delayMs: number): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      await delay(delayMs, undefined, { signal }).catch(() => {});
      if (signal.aborted || !this.#restarting) return;
      try {
        await this.#start();
        return this.#announce();
      } catch (error) {
        if (signal.aborted) return;
        this.#options.say(`${this.part.id} ${(error as Error).message}`);
        delayMs = restartDelayMs;
      }
    }
  }

  #announce(): void {
    this.#options.say(`${this.part.id} was started again (pid ${this.#pid})`);
    this.#options.onReplaced();
    const due = this.#waiting.filter(({ starts }) => this.#starts >= starts);
    this.#waiting = this.#waiting.filter(({ starts }) => this.#starts < starts);
    for (const { resolve } of due) resolve(this.part);
  }
}
