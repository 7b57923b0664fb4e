/**
 * The connection and its collections. Everything is read from the primary with majority read concern and acknowledged by
 * a majority with journal, unless a caller says why not. The limits make a call on a dead or stalled link fail within
 * seconds; the driver finds the way back by itself, and a new primary too.
 */
import { type Collection, MongoClient, type MongoClientOptions } from 'mongodb';
import { CarillonError, messageOf } from '../../base/errors.js';
import type {
  AttemptRow,
  BucketRow,
  ChangeRow,
  DefinitionRow,
  DocumentRow,
  ExecutionRow,
  KeyRow,
  MetaRow,
  ProcessDocument,
  ServiceLevelDocument,
  TimerRow,
} from './rows.js';
import { Transactions } from './transactions.js';
import { Turns } from './turns.js';

export interface MongoStoreOptions {
  /** Of a replica set: `mongodb://host:port,…/?replicaSet=name`. */
  url: string;
  database: string;
}

export interface Database {
  client: MongoClient;
  transactions: Transactions;
  /** Of the changes of each timer. */
  turns: Turns;
  timers: Collection<TimerRow>;
  executions: Collection<ExecutionRow>;
  attempts: Collection<AttemptRow>;
  definitions: Collection<DefinitionRow>;
  processes: Collection<ProcessDocument>;
  documents: Collection<DocumentRow>;
  changes: Collection<ChangeRow>;
  serviceLevels: Collection<ServiceLevelDocument>;
  keys: Collection<KeyRow>;
  buckets: Collection<BucketRow>;
  meta: Collection<MetaRow>;
}

/** Read the whole batch in one reply; the driver's default would fetch the first 101 and then the rest. */
export const wholeBatch = { batchSize: 10_000 } as const;

const clientOptions: MongoClientOptions = {
  appName: 'carillon',
  readPreference: 'primary',
  readConcernLevel: 'majority',
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: 4_000 },
  retryWrites: true,
  retryReads: true,
  serverSelectionTimeoutMS: 2_000,
  connectTimeoutMS: 2_000,
  socketTimeoutMS: 4_000,
  waitQueueTimeoutMS: 2_000,
  heartbeatFrequencyMS: 1_000,
  maxPoolSize: 32,
  ignoreUndefined: true,
};

/** Connects when it is first used. Throws `invalid-configuration` for an address that is none. */
export function connect({ url, database }: MongoStoreOptions): Database {
  const client = newClient(url);
  const db = client.db(database);
  return {
    client,
    transactions: new Transactions(client),
    turns: new Turns(),
    timers: db.collection('timers'),
    executions: db.collection('executions'),
    attempts: db.collection('attempts'),
    definitions: db.collection('definitions'),
    processes: db.collection('processes'),
    documents: db.collection('documents'),
    changes: db.collection('changes'),
    serviceLevels: db.collection('serviceLevels'),
    keys: db.collection('apiKeys'),
    buckets: db.collection('rateBuckets'),
    meta: db.collection('meta'),
  };
}

function newClient(url: string): MongoClient {
  try {
    return new MongoClient(url, clientOptions);
  } catch (error) {
    throw new CarillonError('invalid-configuration', `MongoDB's address: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
