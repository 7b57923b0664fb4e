/**
 * Puts a gate before every broker of a configuration, and shuts and opens them as the faults have it. A broker is
 * reached at one address each (ZooKeeper: at each of its own): a driver that learns others from it would go past.
 */
import { CarillonError } from '../base/errors.js';
import type { ClusterConfig } from '../config/cluster.js';
import { Faults, type BrokerName } from './faults.js';
import { Gate, type Target } from './gate.js';

type Addresses = Pick<ClusterConfig, 'mongodbUrl' | 'rabbitmqUrl' | 'zookeeperServers'>;

export interface FaultSwitch {
  faults: Faults;
  /** The configuration's addresses with the gates in their place. */
  addresses: Addresses;
  close(): void;
}

/** Throws `invalid-configuration` in production mode, and for an address before which no gate can be put. */
export async function openFaultSwitch(config: ClusterConfig, name: string): Promise<FaultSwitch> {
  if (config.mode === 'production')
    throw refused('CARILLON_FAULTS=on is for tests and demonstrations: production mode refuses it');
  const faults = new Faults(name);
  const gates: Gate[] = [];
  const gateTo = async (broker: BrokerName, target: Target): Promise<string> => {
    const gate = await Gate.open(target);
    faults.onChange(() => gate.set(faults.reaches(broker)));
    gates.push(gate);
    return gate.address;
  };
  const mongodb = urlOf('MongoDB', config.mongodbUrl, 'mongodb:');
  mongodb.host = await gateTo('mongodb', targetOf(mongodb, 27_017));
  mongodb.searchParams.set('directConnection', 'true');
  const rabbitmq = urlOf('RabbitMQ', config.rabbitmqUrl, 'amqp:');
  rabbitmq.host = await gateTo('rabbitmq', targetOf(rabbitmq, 5_672));
  const zookeeper = await Promise.all(
    config.zookeeperServers
      .split(',')
      .map((server) => gateTo('zookeeper', targetOf(new URL(`zookeeper://${server}`), 2_181))),
  );
  return {
    faults,
    addresses: {
      mongodbUrl: mongodb.href,
      rabbitmqUrl: rabbitmq.href,
      zookeeperServers: zookeeper.join(','),
    },
    close: () => gates.forEach((gate) => gate.close()),
  };
}

function urlOf(broker: string, text: string, protocol: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === protocol) return url;
  throw refused(`with CARILLON_FAULTS=on the address of ${broker} must be ${protocol}//, with one host`);
}

function targetOf({ hostname, port }: URL, usualPort: number): Target {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usualPort : Number(port) };
}

function refused(message: string): CarillonError {
  return new CarillonError('invalid-configuration', message);
}
