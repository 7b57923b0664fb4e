import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commands } from '../../clients/cli/commands.js';
import { completionScript } from '../../clients/cli/completion.js';
import { setup } from './cli-world.js';

describe('carillon cluster', () => {
  it('shows who leads and who is there', async () => {
    const { type } = await setup();
    const { code, out } = await type('cluster');
    expect(code).toBe(0);
    expect(out).toMatch(/^leader +nobody says so$/m);
    expect(out).toMatch(/^NAME +SERVICE +STATE/m);
    expect(JSON.parse((await type('cluster --json')).out)).toMatchObject({ leader: null, ring: null });
  });
});

describe('carillon settings', () => {
  it('set announces what is named beside what was set before, and show tells of it', async () => {
    const { type } = await setup();
    expect((await type('settings show')).out).toContain('what each process is configured with');
    expect((await type('settings set --dispatch-paused true')).out).toContain('dispatchPaused true');
    const second = await type('settings set --look-ahead-ms 5000 --json');
    expect(JSON.parse(second.out)).toMatchObject({
      version: 2,
      settings: { dispatchPaused: true, lookAheadMs: 5_000 },
    });
    expect((await type('settings show')).out).toMatch(/^will hold +2 /m);
    expect(JSON.parse((await type('settings set --reset --json')).out)).toMatchObject({ settings: {} });
  });

  it('set wants to know what', async () => {
    const { type } = await setup();
    const { code, complaints } = await type('settings set');
    expect(code).toBe(2);
    expect(complaints).toContain('name a setting, or --reset');
  });
});

describe('every command', () => {
  const documented = readFileSync(new URL('../../docs/clients.md', import.meta.url), 'utf8');

  it.each(commands.map(({ name }) => name))('%s is completed, and stands in docs/clients.md', (name) => {
    const verb = name.split(' ').at(-1)!;
    for (const shell of ['bash', 'zsh'] as const) expect(completionScript(shell, commands)).toContain(verb);
    const group = name.split(' ')[0]!;
    const rows = documented.split('\n').filter((row) => row.startsWith(`| \`${group}`));
    expect(rows.some((row) => row.includes(`\`${name}\``) || row.includes(`\`${verb}\``))).toBe(true);
  });
});
