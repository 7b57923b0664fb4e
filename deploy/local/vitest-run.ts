/** One suite through vitest: shown in the terminal as it runs, counted from vitest's own report. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from './project-root.js';

export interface VitestOptions {
  files: readonly string[];
  environment: NodeJS.ProcessEnv;
  oneFileAtATime: boolean;
  signal: AbortSignal;
}

export interface Counts {
  passed: number;
  failed: number;
}

/** A run that ends badly without a failed test, or in which no test ran at all, counts as one failure. */
export async function runVitest(options: VitestOptions): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'carillon-report-'));
  const reportFile = join(folder, 'report.json');
  try {
    const code = await runToEnd(process.execPath, {
      args: [
        join(projectRoot, 'node_modules', 'vitest', 'vitest.mjs'),
        ...['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`],
        ...(options.oneFileAtATime ? ['--no-file-parallelism'] : []),
        ...options.files,
      ],
      environment: options.environment,
      signal: options.signal,
    });
    return countsOf(await readFile(reportFile, 'utf8').catch(() => '{}'), code);
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface VitestReport {
  numPassedTests?: number;
  numFailedTests?: number;
  testResults?: readonly { status: string; assertionResults: readonly unknown[] }[];
}

/** @param text vitest's JSON report */
export function countsOf(text: string, exitCode: number): Counts {
  const {
    numPassedTests: passed = 0,
    numFailedTests = 0,
    testResults = [],
  } = JSON.parse(text) as VitestReport;
  const unloaded = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failed = numFailedTests + unloaded.length;
  const bad = exitCode !== 0 || passed + failed === 0;
  return { passed, failed: failed === 0 && bad ? 1 : failed };
}

export interface TerminalCommand {
  args: readonly string[];
  environment?: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/** Runs a command in our terminal; answers its exit code, 1 when a signal ended it. */
export async function runToEnd(command: string, given: TerminalCommand): Promise<number> {
  const { args, environment = process.env, signal } = given;
  if (signal.aborted) return 1;
  const child = spawn(command, args, { cwd: projectRoot, env: environment, stdio: 'inherit' });
  const end = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', end, { once: true });
  const [code] = (await once(child, 'exit')) as [number | null];
  signal.removeEventListener('abort', end);
  return code ?? 1;
}
