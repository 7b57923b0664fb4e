/**
 * Processes by their number. A number may have been given to somebody else since it was written down, so what is
 * behind it is compared before it is signalled; 0, 1 and negative numbers, which mean whole groups, never are.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Sends a signal to exactly one process; false when it is gone. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  if (!Number.isInteger(pid) || pid <= 1) throw new Error(`not a process of ours: ${pid}`);
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** The command line of a live process, its words apart by spaces; null when there is none. */
export function commandOf(pid: number): string | null {
  if (!Number.isInteger(pid) || pid <= 1) return null;
  return process.platform === 'linux' ? commandFromProc(pid) : commandFromPs(pid);
}

function commandFromProc(pid: number): string | null {
  try {
    // A zombie has an empty command line: it is as good as gone.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || null;
  } catch {
    return null;
  }
}

function commandFromPs(pid: number): string | null {
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}
