/**
 * One child process: its output goes to a log file, it has a session of its own (a Ctrl-C in the terminal reaches us
 * alone, and we end what we started in the right order), and where the system can do it, it dies with us even when we
 * are killed. Ended by its number only, never by name or group.
 */
import { execFileSync, spawn, type ChildProcess as NodeChild } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from './command.js';
import { signalProcess } from './process-table.js';

export interface Launch {
  command: string;
  args: readonly string[];
  /** The whole environment of the child. */
  environment: NodeJS.ProcessEnv;
  /** Name of the container this command runs in the foreground; signals then go to the container. */
  container?: string;
}

export interface ReadyOptions {
  /** Asked again and again; a rejection means "not yet". */
  check(): Promise<boolean>;
  /** Limit for the whole start. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

const askAgainMs = 100;

export class ChildProcess {
  readonly pid: number;
  /** Resolves with "exit code 1" or "signal SIGKILL" when it has ended. */
  readonly exited: Promise<string>;
  readonly #container: string | undefined;
  readonly #logFile: string;
  readonly #logStart: number;
  #ended = false;

  private constructor(child: NodeChild, log: { file: string; start: number }, container: string | undefined) {
    this.pid = child.pid!;
    this.#logFile = log.file;
    this.#logStart = log.start;
    this.#container = container;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#ended = true;
        resolve(signal ? `signal ${signal}` : `exit code ${code}`);
      });
    });
  }

  /** Starts it; rejects when there is no such command. */
  static async start(launch: Launch, logFile: string): Promise<ChildProcess> {
    mkdirSync(dirname(logFile), { recursive: true });
    const output = openSync(logFile, 'a');
    const start = statSync(logFile).size;
    try {
      const [command, ...args] = [...mortal(), launch.command, ...launch.args];
      const child = spawn(command!, args, {
        env: launch.environment,
        stdio: ['ignore', output, output],
        detached: true,
      });
      await once(child, 'spawn');
      return new ChildProcess(child, { file: logFile, start }, launch.container);
    } finally {
      closeSync(output);
    }
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Signals the process, or the container it stands for. Nothing happens when it has ended. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    if (this.#ended) return;
    if (this.#container) await run('docker', ['kill', '--signal', signal, this.#container]).catch(() => {});
    else signalProcess(this.pid, signal);
  }

  /** Asks it to end (SIGTERM unless told how) and kills it when it has not after `deadlineMs`; safe to call twice. */
  async end(deadlineMs: number, ask: () => Promise<unknown> = () => this.signal('SIGTERM')): Promise<void> {
    const given = new AbortController();
    const late = delay(deadlineMs, 'late', { signal: given.signal }).catch(() => 'given up');
    void ask().catch(() => {});
    if ((await Promise.race([this.exited, late])) === 'late') await this.signal('SIGKILL');
    await this.exited;
    given.abort();
  }

  /** Resolves when `check` says yes; when it does not in time, or the process ends before, ends it and rejects with its last lines. */
  async ready({ check, deadlineMs, signal }: ReadyOptions): Promise<void> {
    const lastMoment = performance.now() + deadlineMs;
    for (;;) {
      if ((await check().catch(() => false)) && !this.#ended) return;
      const failure = this.#ended
        ? `ended with ${await this.exited}`
        : signal?.aborted
          ? 'was stopped while it started'
          : performance.now() > lastMoment && `was not ready after ${deadlineMs / 1000} s`;
      if (failure) {
        await this.signal('SIGKILL');
        await this.exited;
        throw new Error(`${failure}\n${this.lastLines()}`.trimEnd());
      }
      await Promise.race([delay(askAgainMs), this.exited]);
    }
  }

  /** The end of what this run wrote, indented, for a person to read. */
  lastLines(count = 20): string {
    const written = readFileSync(this.#logFile).subarray(this.#logStart).toString().trimEnd();
    if (!written) return '';
    return written
      .split('\n')
      .slice(-count)
      .map((line) => '    ' + line.slice(0, 300))
      .join('\n');
  }
}

let prefix: readonly string[] | undefined;

/** A prefix that makes the kernel kill the child when we die (util-linux's setpriv); empty where there is none. */
function mortal(): readonly string[] {
  prefix ??= canSetDeathSignal() ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [];
  return prefix;
}

function canSetDeathSignal(): boolean {
  try {
    execFileSync('setpriv', ['--pdeathsig', 'KILL', '--', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
