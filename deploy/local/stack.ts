/** `npm run stack`: the whole platform on this machine without Docker, until Ctrl-C. */
import { parseStackArguments, usage, type StackArguments } from './arguments.js';
import { runStack } from './stack-command.js';

const given = readArguments();
if (given) {
  const say = (url: string | null) => (url ? `API: ${url}  documentation: ${url}/docs\n` : '');
  process.exitCode = await runStack({ ...given, givenBrokers: true }, (stack) => {
    const api = stack.parts().find(({ role }) => role === 'api');
    return `${say(api?.url ?? null)}Data and logs: ${stack.dataFolder}. Ctrl-C ends everything.`;
  });
}

function readArguments(): StackArguments | null {
  try {
    const parsed = parseStackArguments(process.argv.slice(2));
    if (!parsed) console.log(usage);
    return parsed;
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    process.exitCode = 1;
    return null;
  }
}
