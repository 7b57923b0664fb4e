/**
 * Each service of docker-compose.yml, started once as the file says: its command, its environment and nothing else, its
 * own health check. Only addresses differ: brokers are where this machine has them, ports are free ones.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../deploy/local/free-port.js';
import { projectRoot } from '../../deploy/local/project-root.js';
import { type ComposeService, readComposeFile, serviceOf } from '../house/compose-file.js';
import { eventually } from '../support/eventually.js';
import { type Stack, startTestStack } from '../support/stack.js';

const ours = Object.entries(readComposeFile().services).filter(([, service]) => serviceOf(service) !== null);

let brokers: Stack;
beforeAll(async () => {
  brokers = await startTestStack({ apis: 0, schedulers: 0, workers: 0 });
}, 180_000);
afterAll(() => brokers.stop());

/** Puts this machine's address of a broker in the place of the one within compose. */
function here(text: string): string {
  return Object.entries(brokers.addresses).reduce(
    (mapped, [name, address]) =>
      mapped.replace(new RegExp(`\\b${name}:\\d+`), /[\w.]+:\d+/.exec(address)![0]),
    text,
  );
}

async function start({ command, environment = {}, healthcheck }: ComposeService) {
  const adminPort = String(await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'carillon-compose-'));
  const [program, ...args] = command!.split(' ');
  const child = spawn(program!, [...args.slice(0, -1), join(projectRoot, args.at(-1)!)], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, here(value)])),
      CARILLON_ADMIN_PORT: adminPort,
      CARILLON_API_PORT: String(await freePort()),
    },
  });
  const ended = once(child, 'exit');
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
  });
  const [, node, ...flags] = healthcheck!.test;
  const health = flags.map((flag) => flag.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${adminPort}`));
  return {
    isHealthy: () => spawnSync(node!, health, { stdio: 'ignore' }).status === 0,
    stop: async () => {
      child.kill('SIGTERM');
      const [code] = (await ended) as [number | null];
      return code;
    },
    output: () => output,
  };
}

test.each(ours)(
  '%s becomes healthy with its command and environment, and ends at SIGTERM',
  async (name, service) => {
    const started = await start(service);
    await eventually(`${name} says it is ready`, () => started.output().includes('"msg":"ready"'), 60_000);
    await eventually(`${name} is healthy`, () => started.isHealthy());
    expect(started.output()).toContain(`"name":"${name}"`);
    expect(await started.stop()).toBe(0);
  },
  120_000,
);
