/** `settings …`: what holds for every process while it runs, and from when. */
import type { Settings, SettingsVersion } from '../../sdk/generated.js';
import { UsageError, type Command, type Given } from '../command.js';
import { textTable } from '../text-table.js';

const showSettings: Command = {
  name: 'settings show',
  summary: 'Show the settings: what holds, what will, and who knows which',
  async run({ client, world, json }) {
    const seen = await client.operations.getSettings({ signal: world.signal });
    world.out(json ? `${JSON.stringify(seen, null, 2)}\n` : `${settingsText(seen)}\n`);
  },
};

const setSettings: Command = {
  name: 'settings set',
  summary: 'Announce settings, from those that hold now: what is not named stays',
  options: {
    'dispatch-paused': { value: 'YES', choices: ['true', 'false'], help: 'no callback leaves' },
    'look-ahead-ms': { value: 'N', help: 'how far ahead of their time timers are claimed' },
    'worker-concurrency': { value: 'N', help: 'call slots of each worker' },
    reset: { help: 'as each process is configured, but for what is named beside it' },
    at: { value: 'INSTANT', help: 'from when; as soon as may be unless given' },
  },
  examples: ['carillon settings set --dispatch-paused true', 'carillon settings set --reset'],
  async run({ given, client, world, json }) {
    const calling = { signal: world.signal };
    const wanted = wantedBy(given);
    if (Object.keys(wanted).length === 0 && !given.is('reset'))
      throw new UsageError('name a setting, or --reset');
    const { current, future } = await client.operations.getSettings(calling);
    const before = given.is('reset') ? {} : ((future.at(-1) ?? current)?.settings ?? {});
    const body = { effectiveFrom: given.text('at'), settings: { ...before, ...wanted } };
    const version = await client.operations.putSettings({ body }, calling);
    world.out(json ? `${JSON.stringify(version)}\n` : `${textTable([cells('announced', version)])}\n`);
  },
};

export const settingsCommands: readonly Command[] = [showSettings, setSettings];

function wantedBy(given: Given): SettingsVersion['settings'] {
  const paused = given.text('dispatch-paused');
  const lookAheadMs = given.count('look-ahead-ms');
  const workerConcurrency = given.count('worker-concurrency');
  return {
    ...(paused !== undefined && { dispatchPaused: paused === 'true' }),
    ...(lookAheadMs !== undefined && { lookAheadMs }),
    ...(workerConcurrency !== undefined && { workerConcurrency }),
  };
}

function settingsText({ current, future, processes }: Settings): string {
  const versions = [
    current ? cells('holds', current) : ['holds', '-', '-', 'what each process is configured with'],
    ...future.map((version) => cells('will hold', version)),
  ];
  const rows = processes.map(({ name, service, settingsVersion }) => [
    name,
    service,
    String(settingsVersion ?? '-'),
  ]);
  const table = textTable([['', 'VERSION', 'FROM', 'SETTINGS'], ...versions]);
  return `${table}\n\n${textTable([['PROCESS', 'SERVICE', 'KNOWS VERSION'], ...rows])}`;
}

function cells(standing: string, { version, effectiveFrom, settings }: SettingsVersion): string[] {
  const set = Object.entries(settings).map(([name, value]) => `${name} ${String(value)}`);
  return [standing, String(version), effectiveFrom, set.join(', ') || 'as configured'];
}
