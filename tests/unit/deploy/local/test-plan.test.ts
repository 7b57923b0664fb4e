import { expect, test } from 'vitest';
import type { Way } from '../../../../deploy/local/servers/way.js';
import { planSuites, type Servers } from '../../../../deploy/local/test-plan.js';

const given: Way = { kind: 'url', url: 'amqp://somewhere' };
const missing: Way = { kind: 'missing', reason: 'no such server', remedy: 'get one' };
const ours: Way = { kind: 'program', program: { kind: 'container', image: 'x' }, from: 'x' };

function setup(servers: Partial<Servers> = {}): Servers {
  const all = { mongodb: ours, rabbitmq: ours, zookeeper: ours };
  return { any: all, own: all, ...servers };
}

function names(files: string[], servers: Servers): string[] {
  return planSuites(files, servers).map(({ name }) => name);
}

test('quick suites come first, those with servers of their own last', () => {
  const files = [
    'e2e/a.test.ts',
    'chaos/f.test.ts',
    'contracts/b.mongodb.test.ts',
    'api/c.test.ts',
    'house/d.test.ts',
    'unit/e.test.ts',
  ];
  expect(names(files, setup())).toEqual(['unit', 'house', 'api', 'contracts (mongodb)', 'chaos', 'e2e']);
});

test('a folder is split by the servers its files need', () => {
  const suites = planSuites(
    ['contracts/a.sqlite.test.ts', 'contracts/b.rabbitmq.test.ts', 'contracts/c.mongodb.zookeeper.test.ts'],
    setup(),
  );
  expect(suites.map(({ name, needs }) => [name, needs])).toEqual([
    ['contracts', []],
    ['contracts (mongodb, zookeeper)', ['mongodb', 'zookeeper']],
    ['contracts (rabbitmq)', ['rabbitmq']],
  ]);
});

test('support, load, bench, sources and loose files are no suites', () => {
  const files = ['support/a.test.ts', 'load/b.test.ts', 'bench/c.test.ts', 'd.test.ts', 'unit/e.ts', 'unit'];
  expect(names(files, setup())).toEqual([]);
});

test('a missing server hinders the suites that need it and no other, and says what helps', () => {
  const any = { mongodb: missing, rabbitmq: given, zookeeper: ours };
  const files = ['contracts/a.mongodb.test.ts', 'contracts/b.rabbitmq.test.ts', 'unit/c.test.ts'];
  const suites = planSuites(files, setup({ any }));
  expect(suites.map(({ name, hindrance }) => [name, hindrance])).toEqual([
    ['unit', null],
    ['contracts (mongodb)', 'no such server (get one)'],
    ['contracts (rabbitmq)', null],
  ]);
});

test('a server given by address is not enough for tests that kill it', () => {
  const any = { mongodb: given, rabbitmq: given, zookeeper: given };
  const own = { mongodb: ours, rabbitmq: missing, zookeeper: ours };
  for (const suite of planSuites(['e2e/kill.test.ts', 'chaos/chaos.test.ts'], { any, own }))
    expect(suite).toMatchObject({ ownServers: true, needs: [], hindrance: 'no such server (get one)' });
});
