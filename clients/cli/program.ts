/** The `carillon` command from words to exit code: find the command, read what was given, run it, tell what went wrong. */
import { Carillon } from '../sdk/carillon.js';
import { findCommand, readGiven } from './command-line.js';
import { UsageError, type Command, type Given, type World } from './command.js';
import { commands } from './commands.js';
import { failureOf } from './failure.js';
import { helpOf, overview } from './help.js';

const here = 'http://127.0.0.1:3000';

/** Never rejects. */
export async function run(words: readonly string[], world: World): Promise<number> {
  const found = findCommand(commands, words);
  try {
    if (!found) return tellCommands(words, world);
    return await runCommand(found.command, readGiven(found.command, found.rest), world);
  } catch (error) {
    if (world.signal.aborted) return 130;
    const { exitCode, message } = failureOf(error);
    const hint =
      exitCode === 2 ? `\ncarillon ${found ? `${found.command.name} ` : ''}--help tells more.` : '';
    world.complain(`carillon: ${message}${hint}\n`);
    return exitCode;
  }
}

async function runCommand(command: Command, given: Given, world: World): Promise<number> {
  if (given.is('help')) {
    world.out(helpOf(command));
    return 0;
  }
  const client = clientOf(given, world);
  return (await command.run({ given, world, client, json: given.is('json') })) ?? 0;
}

function clientOf(given: Given, { environment, fetch, wait }: World): Carillon {
  return new Carillon({
    url: given.text('url') ?? (environment['CARILLON_URL'] || here),
    namespace: given.text('namespace') ?? (environment['CARILLON_NAMESPACE'] || 'default'),
    key: environment['CARILLON_KEY'],
    wait,
    ...(fetch && { fetch }),
  });
}

/** Help that was asked for is a result; a command that is not there is a mistake. */
function tellCommands(words: readonly string[], world: World): number {
  const named = words.filter((word) => !word.startsWith('-'));
  const [group] = named;
  const isGroup = commands.some(({ name }) => name.startsWith(`${group} `));
  if (named.length > (isGroup ? 1 : 0)) throw new UsageError(`there is no command "${named.join(' ')}"`);
  world.out(overview(commands, isGroup ? group : undefined));
  return 0;
}
