import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChildProcess } from '../../deploy/local/child-process.js';
import { freePort } from '../../deploy/local/free-port.js';
import { projectRoot, readProjectFile } from '../house/source-files.js';

const command = join(projectRoot, 'build/clients/cli/main.js');
const deadlineMs = 30_000;

/** The examples of one language in the README's section on clients. */
function examplesIn(language: string): string[] {
  const section = /^## Clients\n(.*?)^## /ms.exec(readProjectFile('README.md'))![1]!;
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(
    ([, text]) => text!,
  );
}

describe('the README, tried as it is written', { timeout: 60_000 }, () => {
  let folder: string;
  let url: string;
  let started: ChildProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'carillon-readme-'));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const args = [command, 'start', '--port', String(port), '--data', join(folder, 'data')];
    // What the command reads may stand in the shell of a service.
    const environment = { ...process.env, CARILLON_NAMESPACE: 'default' };
    started = await ChildProcess.start({ command: process.execPath, args, environment }, join(folder, 'log'));
    const check = async () => (await fetch(`${url}/health/ready`)).ok;
    await started.ready({ check, deadlineMs });
  });
  afterAll(async () => {
    await started?.end(deadlineMs);
    await rm(folder, { recursive: true, force: true });
  });

  /** The same, with the API of this test in place of the usual one. */
  const here = (text: string): string => text.replaceAll('http://127.0.0.1:3000', url);

  async function output(program: string, args: string[]): Promise<string> {
    const env = { ...process.env, CARILLON_URL: url };
    const { stdout } = await promisify(execFile)(program, args, { env, timeout: deadlineMs });
    return stdout;
  }

  it('works on the command line', async () => {
    const lines = examplesIn('sh').join('').trim().split('\n');
    const outputs: string[] = [];
    for (const line of lines) {
      expect(line).toMatch(/^npx carillon /);
      const typed = here(line).replace('npx carillon', `'${process.execPath}' '${command}'`);
      outputs.push(await output('bash', ['-c', typed]));
    }
    const [created, watched, listed, executions, preview] = outputs;
    expect(created).toMatch(/^timer +ping in default$/m);
    expect(watched).toMatch(/ ping .* succeeded +1 +200 /);
    expect(listed).toMatch(/^ping +completed /m);
    expect(JSON.parse(executions!)).toMatchObject({ timerId: 'ping', state: 'succeeded' });
    expect(preview!.trim().split('\n')).toHaveLength(4);
  });

  it('works in a program', async () => {
    const [example, ...more] = examplesIn('ts');
    expect(more).toEqual([]);
    const program = join(folder, 'example.mjs');
    await writeFile(program, here(example!).replace('./', pathToFileURL(`${projectRoot}/`).href));
    const [created, listed, refused] = (await output(process.execPath, [program])).trim().split('\n');
    const [id, nextDueAt] = created!.split(' ');
    expect(Date.parse(nextDueAt!)).not.toBeNaN();
    expect(listed).toBe(`${id} active`);
    expect(refused).toBe('timer-not-found 404');
  });

  it('starts what the first signal ends in order', async () => {
    await started.signal('SIGTERM');
    expect(await started.exited).toBe('exit code 0');
  });
});
