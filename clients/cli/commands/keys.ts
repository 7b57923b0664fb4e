/** `keys …`: who may call the API. A secret is written once, where it is made. */
import type { ApiKey, ShownApiKey } from '../../sdk/generated.js';
import { UsageError, type Command, type Given, type Task } from '../command.js';
import { list, listing } from '../listing.js';
import { textTable } from '../text-table.js';

const roles = ['reader', 'writer', 'admin'] as const;
const everywhere = '*';

const createKey: Command = {
  name: 'keys create',
  summary: 'Make an API key, and show its secret once',
  positionals: ['<name>'],
  options: {
    role: { value: 'ROLE', choices: roles, help: 'reader unless given' },
    for: {
      value: 'NAMESPACE',
      multiple: true,
      help: 'what it is good for; the namespace of the command unless given',
    },
    everywhere: { help: 'good for all namespaces there are and will be' },
    expires: { value: 'INSTANT', help: 'until when it is good; for ever unless given' },
    description: { value: 'TEXT', help: 'in your words' },
  },
  examples: [
    'carillon keys create shop-backend --role writer --for shop',
    'carillon keys create on-call --everywhere --expires 2035-01-01T00:00:00Z',
  ],
  async run(task) {
    const { given, client, world } = task;
    const key = {
      name: given.positionals[0]!,
      role: roles.find((one) => one === given.text('role')) ?? 'reader',
      namespaces: namespacesOf(given, client.namespace),
      description: given.text('description'),
      expiresAt: given.text('expires'),
    };
    tellShown(task, await client.keys.create(key, { signal: world.signal }));
  },
};

const listKeys: Command = {
  name: 'keys list',
  summary: 'List the keys that yours manages',
  options: listing,
  run(task) {
    const { client, world } = task;
    const rows = (limit: number) => client.keys.all({ limit }, { signal: world.signal });
    return list(task, { rows, heads: ['ID', 'NAME', 'ROLE', 'NAMESPACES', 'EXPIRES', 'LAST USED'], cells });
  },
};

const rotateKey: Command = {
  name: 'keys rotate',
  summary: 'Give a key a new secret, and show it once',
  positionals: ['<id>'],
  options: {
    overlap: { value: 'DURATION', help: 'how long the present secret stays good; a day unless given' },
  },
  examples: ['carillon keys rotate car_0123456789abcdef --overlap PT1H'],
  async run(task) {
    const { given, client, world } = task;
    const overlap = given.text('overlap');
    const [id] = given.positionals;
    tellShown(task, await client.keys.rotate(id!, { overlap, signal: world.signal }));
  },
};

const revokeKey: Command = {
  name: 'keys revoke',
  summary: 'Revoke a key',
  positionals: ['<id>'],
  async run({ given, client, world, json }) {
    const [id] = given.positionals;
    await client.keys.revoke(id!, { signal: world.signal });
    world.out(json ? `${JSON.stringify({ id, revoked: true })}\n` : `${id} is refused within 5 seconds.\n`);
  },
};

export const keyCommands: readonly Command[] = [createKey, listKeys, rotateKey, revokeKey];

function namespacesOf(given: Given, namespace: string): string[] {
  const named = given.texts('for');
  if (!given.is('everywhere')) return named.length > 0 ? [...named] : [namespace];
  if (named.length > 0) throw new UsageError('either --for or --everywhere');
  return [everywhere];
}

function cells({ id, name, role, namespaces, expiresAt, lastUsedAt }: ApiKey): string[] {
  return [id, name, role, namespaces.join(', '), expiresAt ?? '-', lastUsedAt ?? '-'];
}

/** The secret alone goes to standard output, so that it can be piped to where it is kept. */
function tellShown({ world, json }: Task, key: ShownApiKey): void {
  if (json) return world.out(`${JSON.stringify(key)}\n`);
  const { id, name, role, namespaces, expiresAt, previousUntil } = key;
  const facts = [
    ['key', `${id} of ${name}`],
    ['role', `${role} in ${namespaces.join(', ')}`],
    ['expires', expiresAt ?? 'never'],
    ...(previousUntil === null ? [] : [['old secret', `good until ${previousUntil}`]]),
  ];
  world.complain(`${textTable(facts)}\nThis is its secret; nobody can show it again:\n`);
  world.out(`${key.secret}\n`);
}
