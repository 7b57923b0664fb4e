/** The ranked coordination against the contracts of the ports, over the bus of one process and a manual clock. */
import { openRankedWorld } from './coordination/ranked-world.js';
import { electionContract } from './election-contract.js';
import { membershipContract } from './membership-contract.js';

const ranked = { name: 'ranked, in process', severalMembers: true, open: openRankedWorld };

electionContract(ranked);
membershipContract(ranked);
