/** From words to a command and what was given to it (pure). What does not fit is a `UsageError`. */
import { parseArgs } from 'node:util';
import { optionsOf, UsageError, type Command, type Given, type Options } from './command.js';

/** The command that the words begin with, and the words after its name. */
export function findCommand(
  commands: readonly Command[],
  words: readonly string[],
): { command: Command; rest: readonly string[] } | null {
  for (const command of commands) {
    const name = command.name.split(' ');
    if (name.every((word, i) => words[i] === word)) return { command, rest: words.slice(name.length) };
  }
  return null;
}

export function readGiven(command: Command, words: readonly string[]): Given {
  const options = optionsOf(command);
  const { values, positionals } = parse(options, words);
  if (values['help'] !== true) checkPositionals(command, positionals);
  const texts = (name: string) => [values[name] ?? []].flat().map(String);
  const text = (name: string) => texts(name)[0];
  for (const [name, { choices }] of Object.entries(options))
    for (const given of texts(name))
      if (choices && !choices.includes(given))
        throw new UsageError(`--${name} is one of ${choices.join(', ')}, not ${JSON.stringify(given)}`);
  return {
    positionals,
    text,
    texts,
    is: (name) => values[name] === true,
    count: (name) => wholeNumber(name, text(name)),
  };
}

type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

function parse(options: Options, words: readonly string[]): { values: Values; positionals: string[] } {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries(options).map(([name, { value, multiple = false }]) => [
          name,
          { type: value ? ('string' as const) : ('boolean' as const), multiple },
        ]),
      ),
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function checkPositionals({ positionals: wanted = [] }: Command, given: readonly string[]): void {
  const missing = wanted.slice(given.length).find((name) => name.startsWith('<'));
  if (missing) throw new UsageError(`${missing} is missing`);
  if (given.length > wanted.length)
    throw new UsageError(`${JSON.stringify(given[wanted.length])} is too much`);
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined || /^\d+$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new UsageError(`--${name} is a whole number, not ${JSON.stringify(text)}`);
}
