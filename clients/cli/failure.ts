/** What went wrong as a sentence that says the fix, and as an exit code. */
import { ProblemError, UnreachableError } from '../sdk/carillon.js';
import { UsageError } from './command.js';

export interface Failure {
  exitCode: number;
  message: string;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof UsageError) return { exitCode: 2, message: error.message };
  if (error instanceof UnreachableError)
    return {
      exitCode: 3,
      message: `${error.message}\nIs it running? \`carillon start\` starts one; --url or CARILLON_URL say where else it is.`,
    };
  if (error instanceof ProblemError)
    return { exitCode: 1, message: [error.message, ...fixOf(error)].join('\n') };
  return { exitCode: 1, message: error instanceof Error ? error.message : String(error) };
}

const fixes: Readonly<Record<string, string>> = {
  unauthorized: 'Put a valid key into CARILLON_KEY.',
  forbidden: 'CARILLON_KEY, or --namespace, must be another one.',
  'key-not-found': '`carillon keys list` shows those that your key manages.',
  'timer-not-found': '`carillon timers list` shows what there is; --namespace says where to look.',
  'execution-not-found': '`carillon executions list` shows what there is; --namespace says where to look.',
  'timer-exists': 'Leave --id out, or cancel that timer first.',
  'test-clock-not-found': '`carillon clock set INSTANT` makes one.',
  'unexpected-answer': 'Is --url (or CARILLON_URL) the API itself?',
};

/** Each field that is wrong, and what to do. */
function fixOf({ code, errors }: ProblemError): string[] {
  const fields = errors.map(({ in: place, pointer, detail }) => `  ${place} ${pointer || '/'} ${detail}`);
  return [...(errors.length > 1 ? fields : []), ...(fixes[code] ? [fixes[code]] : [])];
}
