/** The coordination by ZooKeeper against the contracts of the ports. */
import { openZooKeeperWorld } from './coordination/zookeeper-world.js';
import { electionContract } from './election-contract.js';
import { membershipContract } from './membership-contract.js';
import { registryContract } from './registry-contract.js';

const zookeeper = { name: 'ZooKeeper', severalMembers: true, open: openZooKeeperWorld };

electionContract(zookeeper);
membershipContract(zookeeper);
registryContract(zookeeper);
