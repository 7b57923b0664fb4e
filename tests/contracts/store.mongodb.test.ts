/** The store on MongoDB against the contract that every store keeps, on the server that MONGODB_URL names. */
import { openMongoTestStore } from '../support/mongodb.js';
import { storeContract } from './store-contract.js';

storeContract('MongoDB', openMongoTestStore);
