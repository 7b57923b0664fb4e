/** `npm run stack:add` and `npm run stack:remove`: change the size of a stack while it runs. */
import { parseSizeArguments, sizeUsage } from './arguments.js';
import { resizeStack } from './stack-door.js';

try {
  const given = parseSizeArguments(process.argv.slice(2));
  console.log(given ? await resizeStack(given.dataFolder, given.change) : sizeUsage);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
