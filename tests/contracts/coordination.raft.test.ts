/** The coordination by raft against the contracts of the ports. */
import { openRaftWorld } from './coordination/raft-world.js';
import { electionContract } from './election-contract.js';
import { membershipContract } from './membership-contract.js';
import { registryContract } from './registry-contract.js';

const raft = { name: 'raft', severalMembers: true, open: () => openRaftWorld() };

electionContract(raft);
membershipContract(raft);
registryContract(raft);
