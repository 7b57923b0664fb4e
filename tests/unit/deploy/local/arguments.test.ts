import { expect, test } from 'vitest';
import { parseSizeArguments, parseStackArguments } from '../../../../deploy/local/arguments.js';
import { brokersFor } from '../../../../deploy/local/brokers.js';

test('every option has a default', () => {
  expect(parseStackArguments([])).toEqual({
    apiPort: 3000,
    apis: 1,
    schedulers: 2,
    workers: 2,
    zookeepers: 1,
    coordination: 'zookeeper',
    ring: 'leader',
    dataFolder: './data/stack',
  });
});

test('options are taken as given', () => {
  const words = (
    '--port 3100 --apis 2 --schedulers 3 --workers 4 --zookeepers 3 --coordination ranked ' +
    '--ring shared --data ./elsewhere'
  ).split(' ');
  expect(parseStackArguments(words)).toEqual({
    apiPort: 3100,
    apis: 2,
    schedulers: 3,
    workers: 4,
    zookeepers: 3,
    coordination: 'ranked',
    ring: 'shared',
    dataFolder: './elsewhere',
  });
});

test('asked for help, it answers none', () => {
  expect(parseStackArguments(['--help'])).toBeNull();
});

for (const words of [
  ['--port', '0'],
  ['--port', '65536'],
  ['--apis', 'two'],
  ['--zookeepers', '0'],
  ['--workers', '1.5'],
  ['--coordination', 'chance'],
  ['--ring', 'ours'],
])
  test(`${words.join(' ')} is refused by name`, () => {
    expect(() => parseStackArguments(words)).toThrow(words[0]);
  });

test('with coordination single there is one scheduler unless told', () => {
  expect(parseStackArguments(['--coordination', 'single'])).toMatchObject({ schedulers: 1 });
});

test('a change of size names a role or one that is there, and a data folder', () => {
  expect(parseSizeArguments(['add', 'worker'])).toEqual({
    dataFolder: './data/stack',
    change: { add: 'worker' },
  });
  expect(parseSizeArguments(['remove', '--data', './elsewhere', 'api-2'])).toEqual({
    dataFolder: './elsewhere',
    change: { remove: 'api-2' },
  });
  expect(parseSizeArguments(['add', '--help'])).toBeNull();
});

test('an unknown option is refused', () => {
  expect(() => parseStackArguments(['--wrokers', '2'])).toThrow('--wrokers');
});

test('ZooKeeper is started only where it is used', () => {
  expect(brokersFor('zookeeper')).toEqual(['mongodb', 'rabbitmq', 'zookeeper']);
  expect(brokersFor('raft')).toEqual(['mongodb', 'rabbitmq']);
  expect(brokersFor('ranked')).toEqual(['mongodb', 'rabbitmq']);
});
