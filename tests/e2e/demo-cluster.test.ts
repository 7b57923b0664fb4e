/** The demonstration as somebody without a terminal sees it: five real schedulers, a story, and what is told of it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const command = join(import.meta.dirname, '../../build/deploy/local/demo-cluster.js');
const story =
  'wait handover; kill leader; wait election; wait handover; start last; wait handover; settings; wait settings';

async function setup(words: readonly string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [command, ...words]);
  return stdout.split('\n');
}

/** What the first group of the pattern caught in each line that it fits. */
function found(lines: readonly string[], pattern: RegExp): string[] {
  return lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
}

test(
  'the story is an election, a handover each way, and a switch at one instant',
  { timeout: 400_000 },
  async () => {
    const lines = await setup(['--coordination', 'raft', '--script', story]);
    const [killed] = found(lines, /kill: (scheduler-\d)$/);
    const [elected] = found(lines, /(scheduler-\d) leads, term \d+$/);
    expect(killed).toBeDefined();
    expect(elected).not.toBe(killed);

    const rings = found(lines, /ring \d+ is settled: (.+)$/);
    expect(rings.map((ring) => ring.includes(killed!))).toEqual([true, false, true]);

    const called = found(lines, /worker-\d: .+; of \d+ due in it (\d+) left in it/);
    expect(called.length).toBeGreaterThan(0);
    expect(new Set(called)).toEqual(new Set(['0']));
    expect(lines.some((line) => /lost scheduler-\d$/.test(line))).toBe(true);
  },
);

test('what it cannot do is said', async () => {
  const complaint = (words: readonly string[]) =>
    setup(words).catch((error: unknown) => (error as { stderr: string }).stderr);
  expect(await complaint(['--script', 'explode 1'])).toContain('"explode 1" is none of: kill N');
  expect(await complaint(['--coordination', 'single'])).toContain('must be raft, ranked or zookeeper');
  expect(await complaint(['--schedulers', '2'])).toContain('from 3 to 9');
});
