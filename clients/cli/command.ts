/**
 * What a command is: one row of the table that parsing, help, shell completion and documentation are all read from.
 * A command works through its `World` and touches nothing else.
 */
import type { Carillon } from '../sdk/carillon.js';

/** All that a command may reach of the process it runs in. */
export interface World {
  environment: Readonly<Record<string, string | undefined>>;
  /** Writes text for the reader, or for the program after the pipe. */
  out(text: string): void;
  /** Writes what is not the result: progress, complaints. */
  complain(text: string): void;
  /** A whole file; of `-` the standard input. */
  readText(path: string): Promise<string>;
  wait(delayMs: number, signal?: AbortSignal): Promise<void>;
  fetch?: typeof fetch;
  /** Aborted when the user has had enough. */
  signal: AbortSignal;
  /** Starts the one-process mode with these arguments; it goes on when this resolves. */
  launch(words: readonly string[]): Promise<void>;
}

export interface Option {
  /** How its value is called in help; without it the option is a switch. */
  value?: string;
  /** May be given several times. */
  multiple?: boolean;
  /** What it may be; completion offers these. */
  choices?: readonly string[];
  help: string;
}

export type Options = Readonly<Record<string, Option>>;

/** What was given on the command line. */
export interface Given {
  positionals: readonly string[];
  text(option: string): string | undefined;
  texts(option: string): readonly string[];
  is(option: string): boolean;
  /** A whole number, 0 or more. Throws a `UsageError` for anything else. */
  count(option: string): number | undefined;
}

export interface Task {
  given: Given;
  world: World;
  /** The API, where and as whom the options and the environment say. */
  client: Carillon;
  /** The result as a program reads it, with `--json`. */
  json: boolean;
}

export interface Command {
  /** `timers list` */
  name: string;
  summary: string;
  /** What follows the name: `<id>` is needed, `[id]` may be left out. */
  positionals?: readonly string[];
  options?: Options;
  examples?: readonly string[];
  /** Works without an API, so has none of the options to reach one. */
  offline?: boolean;
  /** Answers the exit code; nothing is 0. */
  run(task: Task): Promise<number | void>;
}

/** The command line is wrong; the message says what would be right. */
export class UsageError extends Error {}

/** Where the API is, as whom, and how results are written. */
export const connection: Options = {
  url: { value: 'URL', help: 'where the API is; else CARILLON_URL, else http://127.0.0.1:3000' },
  namespace: { value: 'NAME', help: 'else CARILLON_NAMESPACE, else default' },
  json: { help: 'what the API answered, as JSON; lists as one object a line' },
};

export const always: Options = { help: { help: 'this help' } };

export function optionsOf({ options = {}, offline = false }: Command): Options {
  return { ...options, ...(offline ? {} : connection), ...always };
}
