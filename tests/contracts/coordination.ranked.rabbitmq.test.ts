/** The ranked coordination against the contracts of the ports, over RabbitMQ. */
import { openRankedWorldOnRabbitMq } from './coordination/ranked-world.js';
import { electionContract } from './election-contract.js';
import { membershipContract } from './membership-contract.js';

const ranked = { name: 'ranked, over RabbitMQ', severalMembers: true, open: openRankedWorldOnRabbitMq };

electionContract(ranked);
membershipContract(ranked);
