/** The executions' half of the store's contract on MongoDB, in a file of its own so that the two run side by side. */
import { openMongoTestStore } from '../support/mongodb.js';
import { executionsContract } from './store-contract.js';

executionsContract('MongoDB', openMongoTestStore);
