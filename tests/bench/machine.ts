/** What the figures were measured on. */
import os from 'node:os';
import { run } from '../../deploy/local/command.js';
import { projectRoot } from '../../deploy/local/project-root.js';
import type { Machine } from './report/results.js';

export function machineHere(): Machine {
  const processors = os.cpus();
  return {
    processor: processors[0]?.model.trim() ?? 'unknown processor',
    cores: processors.length,
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()}`,
    node: process.versions.node,
    loadBefore: Math.round(os.loadavg()[0]! * 100) / 100,
  };
}

/** With a mark when files differ from it. */
export async function commitHere(): Promise<string> {
  const git = (...words: string[]): Promise<string> => run('git', words, { folder: projectRoot });
  try {
    const commit = (await git('rev-parse', '--short', 'HEAD')).trim();
    const changed = (await git('status', '--porcelain', '--untracked-files=no')).trim();
    return changed ? `${commit} with changes` : commit;
  } catch {
    return 'unknown';
  }
}
