import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commands } from '../../clients/cli/commands.js';
import { optionsOf } from '../../clients/cli/command.js';
import { completionScript } from '../../clients/cli/completion.js';
import type { Execution } from '../../clients/sdk/generated.js';
import { freePort } from '../../deploy/local/free-port.js';
import { setup } from './cli-world.js';

const url = 'https://example.test/callback';
const parsed = (text: string): unknown => JSON.parse(text);

describe('carillon timers', () => {
  it('create makes one from options', async () => {
    const { type, client } = await setup();
    const words = [
      'timers',
      'create',
      url,
      '--id',
      'one',
      '--cron',
      '0 9 * * *',
      '--timezone',
      'Europe/Berlin',
    ];
    const more = [
      '--method',
      'PUT',
      '--header',
      'x-shop: north',
      '--body',
      '{"order":17}',
      '--tag',
      'a',
      '--tag',
      'b',
    ];
    const { code, out } = await type([...words, ...more, '--max-attempts', '2', '--timeout', '10s']);
    expect(code).toBe(0);
    expect(out).toMatch(/^timer +one in default$/m);
    expect(await client.timers.get('one')).toMatchObject({
      cron: '0 9 * * *',
      timezone: 'Europe/Berlin',
      tags: ['a', 'b'],
      target: { url, method: 'PUT', headers: { 'x-shop': 'north' }, body: { order: 17 }, timeout: 'PT10S' },
      retries: { maxAttempts: 2 },
    });
  });

  it('create takes a file, and options over it', async () => {
    const { type, files, client } = await setup();
    files['-'] = JSON.stringify({ id: 'filed', delay: '1h', target: { url, method: 'PUT' }, tags: ['a'] });
    expect((await type('timers create --file - --body hello --tag b')).code).toBe(0);
    const target = { url, method: 'PUT', body: 'hello' };
    expect(await client.timers.get('filed')).toMatchObject({ delay: 'PT1H', tags: ['b'], target });
  });

  it('create of the same key makes one timer', async () => {
    const { type, client } = await setup();
    const line = `timers create ${url} --delay 1h --idempotency-key order-17 --json`;
    const [first, second] = [await type(line), await type(line)];
    expect(parsed(first.out)).toEqual(parsed(second.out));
    expect((await client.timers.list()).data).toHaveLength(1);
  });

  it('list shows a table, filtered, and says when there is more', async () => {
    const { type } = await setup();
    for (const id of ['a1', 'a2', 'b1']) await type(`timers create ${url} --delay 1h --id ${id}`);
    const { out, complaints } = await type('timers list --prefix a --limit 1');
    expect(out.split('\n')[0]).toMatch(/^ID +STATE +NEXT DUE +RUNS +SCHEDULE +TARGET$/);
    expect(out).toMatch(/^a1 +active +2030-01-01T01:00:00.000Z +0 +delay PT1H +POST https/m);
    expect(out).not.toContain('a2');
    expect(complaints).toContain('There are more: --limit 10 or --all');
    const all = await type('timers list --all');
    expect(all.out.trim().split('\n')).toHaveLength(4);
    expect(all.complaints).toBe('');
    expect((await type('timers list --state paused')).out).toBe('None.\n');
    expect((await type('timers count --prefix a')).out).toBe('2\n');
    expect((await type('executions count --json')).out).toBe('{"count":0,"exact":true}\n');
  });

  it('list --json writes one object a line', async () => {
    const { type } = await setup();
    for (const id of ['a', 'b']) await type(`timers create ${url} --delay 1h --id ${id}`);
    const { out } = await type('timers list --json');
    expect(out.trim().split('\n').map(parsed)).toMatchObject([{ id: 'a' }, { id: 'b' }]);
  });

  it('show, pause, resume, touch, run and cancel do what they say', async () => {
    const { type } = await setup();
    await type(`timers create ${url} --delay 1h --id one`);
    expect((await type('timers show one')).out).toMatch(/^state +active$/m);
    const paused = await type([
      'timers',
      'pause',
      'one',
      '--reason',
      'the shop is closed',
      '--until',
      'PT8H',
    ]);
    expect(paused.out).toMatch(/^state +paused since .+ until .+: the shop is closed$/m);
    expect((await type('timers resume one')).out).toMatch(/^state +active$/m);
    expect((await type('timers touch one')).out).toMatch(/^next due +2030-01-01T01:00:00.000Z$/m);
    expect((await type('timers run one')).out).toMatch(/^trigger +manual$/m);
    expect((await type('timers cancel one')).out).toMatch(/^state +cancelled$/m);
  });

  it('changes only the generation that was meant', async () => {
    const { type } = await setup();
    await type(`timers create ${url} --delay 1h --id one`);
    const { code, complaints } = await type('timers cancel one --generation 7');
    expect(code).toBe(1);
    expect(complaints).toContain('The timer was changed meanwhile');
  });

  it('preview shows a schedule to be, or that of a timer', async () => {
    const { type } = await setup();
    const words = ['timers', 'preview', '--cron', '30 2 * * *', '--timezone', 'Europe/Berlin'];
    const { out } = await type([...words, '--from', '2030-03-30T02:00:00Z', '--count', '1']);
    expect(out).toMatch(/2030-03-31T01:30:00.000Z +2030-03-31T03:30:00\+02:00 +\S/);
    await type(`timers create ${url} --delay 1h --id one`);
    expect((await type('timers preview one')).out).toContain('2030-01-01T01:00:00.000Z');
    expect((await type('timers preview one --delay 1h')).code).toBe(2);
  });

  it('watch tells of each change until the timer is closed, and fails when an execution has', async () => {
    const { type } = await setup();
    const execution = (state: Execution['state']) => ({
      ...{
        id: 'one-1',
        timerId: 'one',
        scheduledFor: '2030-01-01T00:00:00.000Z',
        reason: null,
        skipped: null,
      },
      ...{ state, attempts: [], dueAt: '2030-01-01T00:00:00.000Z' },
    });
    const looks = [
      ['active', 'claimed'],
      ['active', 'running'],
      ['active', 'running'],
      ['completed', 'failed'],
    ] as const;
    let look = 0;
    const answers: typeof fetch = (asked) => {
      const [timer, state] = looks[look]!;
      const isTimer = (asked as string).endsWith('/v1/timers/one');
      if (!isTimer) look++;
      const answer = isTimer ? { state: timer } : { data: [execution(state)], nextCursor: null };
      return Promise.resolve(Response.json(answer));
    };
    const { code, out } = await type('timers watch one', { fetch: answers });
    const states = out.split('\n').map((row) => row.split(/ {2,}/)[3]);
    expect(states).toEqual(['STATE', 'claimed', 'running', 'failed', undefined]);
    expect(code).toBe(1);
  });
});

describe('carillon executions', () => {
  it('list and show what happened', async () => {
    const { type } = await setup();
    await type(`timers create ${url} --delay 1h --id one`);
    const made = parsed((await type('timers run one --json')).out) as Execution;
    const { out } = await type('executions list --timer one');
    expect(out).toMatch(new RegExp(`^${made.id} +one +2030-01-01`, 'm'));
    expect((await type(`executions show ${made.id}`)).out).toMatch(/^timer +one in default$/m);
    expect((await type('executions list --state failed')).out).toBe('None.\n');
  });
});

describe('carillon clock', () => {
  it('says how to make one where there is none', async () => {
    const { type } = await setup();
    const { code, complaints } = await type('clock show --namespace tests');
    expect(code).toBe(1);
    expect(complaints).toContain('carillon clock set');
  });

  it('takes a duration or an instant, not both', async () => {
    const { type } = await setup();
    expect((await type('clock advance')).code).toBe(2);
    expect((await type('clock advance P1D --to 2034-01-01T00:00:00Z')).code).toBe(2);
  });
});

describe('carillon start', () => {
  it('starts the one-process mode with what it was told', async () => {
    const { type, launched } = await setup();
    expect((await type('start --port 3100')).code).toBe(0);
    await type('start');
    expect(launched).toEqual([['--port', '3100'], []]);
  });
});

describe('a mistake', () => {
  it('where nobody answers tells how to start one', async () => {
    const { type } = await setup();
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const { code, complaints } = await type(`timers list --url ${nobody}`);
    expect(code).toBe(3);
    expect(complaints).toContain(`no answer from ${nobody}`);
    expect(complaints).toContain('carillon start');
  });

  it('in the request names each field', async () => {
    const { type } = await setup();
    const { code, complaints } = await type('timers create ftp://x --delay never');
    expect(code).toBe(1);
    expect(complaints).toContain('body /delay');
    expect(complaints).toContain('body /target/url');
  });

  it('in a key says where to put it', async () => {
    const { type } = await setup();
    const refused = Response.json(
      { code: 'unauthorized', status: 401, title: 'No', detail: 'send one' },
      { status: 401 },
    );
    const { complaints } = await type('timers list', { fetch: () => Promise.resolve(refused) });
    expect(complaints).toContain('CARILLON_KEY');
  });

  it.each([
    ['timer list', 'there is no command "timer list"'],
    ['timers lst', 'there is no command "timers lst"'],
    ['timers list --stat active', '--stat'],
    ['timers list --state open', '--state is one of active, paused'],
    ['timers list --limit many', '--limit is a whole number'],
    ['timers show', '<id> is missing'],
    ['timers show a b', '"b" is too much'],
    ['timers create', 'the URL to call is missing'],
    ['completion fish', 'bash and zsh'],
  ])('as in "%s" is told of, with the way to help', async (line, told) => {
    const { type } = await setup();
    const { code, complaints, out } = await type(line);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(complaints).toContain(told);
    expect(complaints).toContain('--help');
  });
});

describe('a Ctrl-C', () => {
  it('ends what waits, without a complaint', async () => {
    const { type } = await setup();
    await type(`timers create ${url} --delay 1h --id one`);
    const giveUp = new AbortController();
    const { code, complaints } = await type('timers watch one', {
      signal: giveUp.signal,
      wait: async (_delayMs, signal) => {
        giveUp.abort(new Error('interrupted'));
        signal!.throwIfAborted();
      },
    });
    expect({ code, complaints }).toEqual({ code: 130, complaints: '' });
  });
});

describe('where and as whom', () => {
  it('is said by options, else by the environment', async () => {
    const { type, client, url: api } = await setup();
    await type(`timers create ${url} --delay 1h --id one --namespace shop`);
    expect((await client.in('shop').timers.get('one')).id).toBe('one');
    const environment = { CARILLON_URL: api, CARILLON_NAMESPACE: 'shop', CARILLON_KEY: 'secret' };
    const seen: (string | null)[] = [];
    const { out } = await type('timers list', {
      environment,
      fetch: (asked, init) => {
        const headers = new Headers(init?.headers);
        seen.push(headers.get('authorization'));
        // This API knows no keys, and would refuse one.
        headers.delete('authorization');
        return fetch(asked, { ...init, headers });
      },
    });
    expect(out).toContain('one');
    expect(seen).toEqual(['Bearer secret']);
  });
});

describe('help', () => {
  it('names every command, and those of a group', async () => {
    const { type } = await setup();
    const { out, code } = await type('--help');
    expect(code).toBe(0);
    for (const { name } of commands) expect(out).toContain(`carillon ${name}`);
    expect((await type('')).out).toBe(out);
    const clock = await type('clock');
    expect(clock.out).toContain('carillon clock advance');
    expect(clock.out).not.toContain('carillon timers');
  });

  it.each(commands)('of $name tells its options and sends nothing', async (command) => {
    const { type, launched } = await setup();
    const { out, code } = await type(`${command.name} --help`);
    expect(code).toBe(0);
    for (const option of Object.keys(optionsOf(command))) expect(out).toContain(`--${option}`);
    expect(launched).toEqual([]);
  });
});

describe('completion', () => {
  const words = (line: string[]): string[] => {
    const typed = line.map((word) => `'${word}'`).join(' ');
    const script = `${completionScript('bash', commands)}
      COMP_WORDS=(carillon ${typed}); COMP_CWORD=${line.length}; _carillon; echo "\${COMPREPLY[*]}"`;
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split(' ');
  };

  it('in bash offers commands, then their options, then what these may be', () => {
    expect(words(['t'])).toEqual(['timers', 'tail']);
    expect(words(['timers', 're'])).toEqual(['resume']);
    expect(words(['timers', 'list', '--st'])).toEqual(['--state']);
    expect(words(['timers', 'list', '--state', ''])).toEqual(['active', 'paused', 'completed', 'cancelled']);
    expect(words(['timers', 'list', '--tag', 'a', '--state', 'p'])).toEqual(['paused']);
    expect(words(['start', '--'])).toEqual(['--port', '--data', '--help']);
  });

  it.each(['bash', 'zsh'] as const)('in %s knows every command and option', async (shell) => {
    const { type } = await setup();
    const { out } = await type(`completion ${shell}`);
    for (const command of commands) {
      expect(out).toContain(`"${command.name}"*`);
      for (const option of Object.keys(optionsOf(command))) expect(out).toContain(`--${option}`);
    }
  });
});
