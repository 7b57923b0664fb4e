/** How a contract test gets its store: fresh and empty each time, closed when the test is over. */
import { onTestFinished } from 'vitest';
import type { Store } from '../../../shared/store/store.js';

export interface OpenedStore {
  store: Store;
  /** Closes the store and removes what it kept. */
  close(): Promise<void>;
}

/** Opens a store on an empty database of its own. */
export type OpenStore = () => Promise<OpenedStore>;

export async function useStore(open: OpenStore): Promise<Store> {
  const { store, close } = await open();
  onTestFinished(close);
  return store;
}
