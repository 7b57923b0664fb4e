/** The words after `npm run … --`, for commands of this machine that are run to their end. */

/**
 * What `parse` makes of the words. Null where help was asked for, which is then shown, or where they are wrong: then the
 * complaint and the usage go to stderr, and the process is to end with 1.
 */
export function readArguments<Arguments>(
  parse: (words: string[]) => Arguments | null,
  usage: string,
): Arguments | null {
  try {
    const parsed = parse(process.argv.slice(2));
    if (!parsed) console.log(usage);
    return parsed;
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    process.exitCode = 1;
    return null;
  }
}
