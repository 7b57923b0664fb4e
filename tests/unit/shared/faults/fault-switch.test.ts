import { expect, onTestFinished, test } from 'vitest';
import { clusterSchema, type ClusterConfig } from '../../../../shared/config/cluster.js';
import { loadConfig } from '../../../../shared/config/load.js';
import { openFaultSwitch } from '../../../../shared/faults/fault-switch.js';

function configWith(variables: Record<string, string> = {}): ClusterConfig {
  return loadConfig(clusterSchema, { CARILLON_FAULTS: 'on', ...variables });
}

async function setup(variables: Record<string, string> = {}) {
  const opened = await openFaultSwitch(configWith(variables), 'scheduler-1');
  onTestFinished(() => opened.close());
  return opened;
}

test('every broker seems to be at a gate of its own, with the rest of its address as it was', async () => {
  const { addresses } = await setup({
    CARILLON_MONGODB_URL: 'mongodb://user:secret@db.test:27111/?replicaSet=rs0',
    CARILLON_RABBITMQ_URL: 'amqp://guest:guest@mq.test/a-host?heartbeat=9',
    CARILLON_ZOOKEEPER_SERVERS: 'zk1.test:2181,zk2.test:2182',
  });
  expect(addresses.mongodbUrl).toMatch(
    /^mongodb:\/\/user:secret@127\.0\.0\.1:\d+\/\?replicaSet=rs0&directConnection=true$/,
  );
  expect(addresses.rabbitmqUrl).toMatch(/^amqp:\/\/guest:guest@127\.0\.0\.1:\d+\/a-host\?heartbeat=9$/);
  expect(addresses.zookeeperServers).toMatch(/^127\.0\.0\.1:\d+,127\.0\.0\.1:\d+$/);
  const ports = Object.values(addresses)
    .join()
    .match(/(?<=127\.0\.0\.1:)\d+/g);
  expect(new Set(ports).size).toBe(4);
});

test('production mode refuses it', async () => {
  const config = configWith({ CARILLON_MODE: 'production' });
  await expect(openFaultSwitch(config, 'worker-1')).rejects.toMatchObject({
    code: 'invalid-configuration',
    message: 'CARILLON_FAULTS=on is for tests and demonstrations: production mode refuses it',
  });
});

for (const [name, value] of [
  ['CARILLON_MONGODB_URL', 'mongodb://one.test:27017,two.test:27017/?replicaSet=rs0'],
  ['CARILLON_MONGODB_URL', 'mongodb+srv://cluster.test/'],
  ['CARILLON_RABBITMQ_URL', 'amqps://mq.test'],
])
  test(`no gate can be put before ${value}, and the message says what would do`, async () => {
    await expect(openFaultSwitch(configWith({ [name!]: value! }), 'worker-1')).rejects.toThrow(
      'with one host',
    );
  });

test('a process reaches all but what it is cut off from, and nothing when dead', async () => {
  const { faults } = await setup();
  expect(faults.state).toEqual({ dead: false, unreachable: [] });
  faults.change({ unreachable: ['scheduler-2', 'mongodb'] });
  expect(['scheduler-2', 'mongodb', 'scheduler-3', 'rabbitmq'].map((name) => faults.reaches(name))).toEqual([
    false,
    false,
    true,
    true,
  ]);
  faults.change({ dead: true });
  expect(faults.reaches('scheduler-3')).toBe(false);
  expect(faults.state).toEqual({ dead: true, unreachable: ['scheduler-2', 'mongodb'] });
  faults.change({ dead: false, unreachable: [] });
  expect(faults.reaches('scheduler-2')).toBe(true);
});
