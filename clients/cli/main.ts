#!/usr/bin/env node
/** The `carillon` command in its process: words, environment, terminal, Ctrl-C. What it does stands in commands.ts. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { wait } from '../sdk/waiting.js';
import { run } from './program.js';

const interruption = new AbortController();
const interrupt = (): void => interruption.abort(new Error('interrupted'));
process.once('SIGINT', interrupt);
process.once('SIGTERM', interrupt);
// Who reads us through a pipe may have seen enough.
process.stdout.on('error', () => process.exit(0));

const exitCode = await run(process.argv.slice(2), {
  environment: process.env,
  out: (written) => void process.stdout.write(written),
  complain: (written) => void process.stderr.write(written),
  readText: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')),
  wait,
  signal: interruption.signal,
  launch,
});
// A service that was launched may have set its own.
if (exitCode !== 0) process.exitCode = exitCode;

/** Becomes the one-process mode, as `exec` would, so that signals and exit codes are its own. */
async function launch(words: readonly string[]): Promise<void> {
  process.off('SIGINT', interrupt);
  process.off('SIGTERM', interrupt);
  process.setSourceMapsEnabled(true);
  process.argv.splice(2, Infinity, ...words);
  await import(new URL('../../services/standalone/main.js', import.meta.url).href);
}
