/** `npm run stack`: the whole platform on this machine without Docker, until Ctrl-C. */
import { parseStackArguments, usage } from './arguments.js';
import { readArguments } from './command-arguments.js';
import { runStack } from './stack-command.js';

const given = readArguments(parseStackArguments, usage);
if (given) {
  const say = (url: string | null) => (url ? `API: ${url}  documentation: ${url}/docs\n` : '');
  process.exitCode = await runStack({ ...given, givenBrokers: true }, (stack) => {
    const api = stack.parts().find(({ role }) => role === 'api');
    return `${say(api?.url ?? null)}Data and logs: ${stack.dataFolder}. Ctrl-C ends everything.`;
  });
}
