/** Each role × each operation, as docs/tenancy.md has it, tried on the API. */
import { describe, expect, it } from 'vitest';
import { roles } from '../../../services/api/access/actor.js';
import { readProjectFile } from '../../house/source-files.js';
import { openWorld, type World } from '../world.js';
import { ask } from './asking.js';
import { operationsOf, probesOf, type Operation } from './operations.js';

/** It asks thousands of times. */
const patience = { timeout: 180_000 };
const bootstrap = 'a-bootstrap-key-of-the-configuration';
const document = 'docs/tenancy.md';
const places = ['its namespaces', 'all namespaces', 'any namespace'];
const names = { timer: 'tea', execution: 'tea-1', key: 'car_0123456789abcdef' };
const reaches = [['shop'], ['*']];

/** The rows of the table: operation, least role, where. */
const rows = [...readProjectFile(document).matchAll(/^\| `(\w+)` +\| (\w+) +\| ([a-z ]+?) +\|/gm)].map(
  ([, operation, role, place]) => ({ operation: operation!, role: role!, place: place! }),
);

async function setup() {
  const world = await openWorld({ config: { apiKeys: [bootstrap] } });
  const secrets = new Map<string, string>();
  for (const role of roles)
    for (const namespaces of reaches)
      secrets.set(`${role} ${namespaces.join()}`, await secretOf(world, { role, namespaces }));
  return { ...world, secrets, operations: await operationsOf(world) };
}

async function secretOf({ call }: World, sent: { role: string; namespaces: string[] }): Promise<string> {
  const headers = { authorization: `Bearer ${bootstrap}` };
  const { body } = await call('POST', '/v1/keys', { headers, body: { name: 'someone', ...sent } });
  return (body as unknown as { secret: string }).secret;
}

/** In "shop", of which some of the keys are, or in "bank". */
function mayDo(operation: Operation, [role, reach]: [string, string], namespace: string): boolean {
  const row = rows.find((one) => one.operation === operation.id)!;
  const isEnough = roles.indexOf(role as 'reader') >= roles.indexOf(row.role as 'reader');
  const isThere = row.place === 'its namespaces' ? reach === namespace : row.place === 'any namespace';
  return isEnough && (isThere || reach === '*');
}

describe('the table in docs/tenancy.md', () => {
  it('has a row for each operation of the OpenAPI document, and no other', async () => {
    const { operations } = await setup();
    const ids = operations.map(({ id }) => id);
    const missing = ids.filter((id) => !rows.some(({ operation }) => operation === id));
    expect(missing, `add a row for each of these to ${document}`).toEqual([]);
    expect(rows.map(({ operation }) => operation).filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('names roles and places that there are', () => {
    expect(new Set(rows.map(({ role }) => role))).toEqual(new Set(roles));
    expect(new Set(rows.map(({ place }) => place))).toEqual(new Set(places));
  });

  it('is what the API does, for each role, of one namespace and of all', patience, async () => {
    const { secrets, operations, ...world } = await setup();
    const wrong: string[] = [];
    for (const operation of operations)
      for (const ns of ['shop', 'bank'])
        for (const [who, key] of secrets) {
          const [probe] = probesOf(operation, { ...names, ns });
          const { status } = await ask(world, { ...probe!, key, namespace: ns });
          const isAllowed = status !== 401 && status !== 403 && status < 500;
          const isExpected = isAllowed === mayDo(operation, who.split(' ') as [string, string], ns);
          if (!isExpected || (!isAllowed && status !== 403))
            wrong.push(`${operation.id} in ${ns} as ${who}: ${status}`);
        }
    expect(wrong).toEqual([]);
  });

  it('is for those who show a key: nobody else may do any of it', patience, async () => {
    const { operations, ...world } = await setup();
    for (const operation of operations)
      for (const key of [undefined, 'car_0123456789abcdef_'.padEnd(64, 'x')]) {
        const [probe] = probesOf(operation, { ...names, ns: 'shop' });
        const { status } = await ask(world, { ...probe!, ...(key && { key }), namespace: 'shop' });
        expect(status, operation.id).toBe(401);
      }
  });
});
