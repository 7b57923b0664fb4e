/** The embedded store against the contract that every store keeps. */
import { openSqliteStore } from '../../shared/store/sqlite/sqlite-store.js';
import { storeContract } from './store-contract.js';

storeContract('SQLite', async () => {
  const store = await openSqliteStore({ path: ':memory:' });
  return { store, close: () => store.close() };
});
