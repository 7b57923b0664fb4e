/** A short command that is run to its end, for getting and finding servers. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface CommandOptions {
  folder?: string;
  /** Variables beside those of this process. */
  environment?: Readonly<Record<string, string>>;
  /** Killed when it takes longer; without it there is no limit. */
  limitMs?: number;
}

/** What it wrote to its output; rejects with the end of its complaints when it fails. */
export async function run(
  command: string,
  args: readonly string[],
  { folder, environment, limitMs }: CommandOptions = {},
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, {
      cwd: folder,
      env: { ...process.env, ...environment },
      timeout: limitMs,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split('\n').slice(-3).join(' ');
    throw new Error(`${command} ${args[0] ?? ''} failed: ${said || (error as Error).message}`, {
      cause: error,
    });
  }
}
