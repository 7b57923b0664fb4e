/**
 * PORT: API keys. Of a secret only its SHA-256 digest is kept: it is 256 random bits, which nobody finds by trying, so a
 * slow hash would protect nothing and cost each request. Whoever reads the store can use none of them.
 */
import type { ChangeRecord } from '../timers/change-record.js';

export interface ApiKey {
  /** What its secret begins with, so that a key can be told by the secret it is shown with. */
  id: string;
  /** Grows with each change; the uses are none. */
  version: number;
  /** What changes are recorded under that are made with it. */
  name: string;
  description: string | null;
  role: 'reader' | 'writer' | 'admin';
  /** Names, or `*` alone for all. */
  namespaces: string[];
  digest: string;
  /** The secret before the last rotation, and until when it is good as well. */
  previous: { digest: string; until: number } | null;
  createdAt: number;
  createdBy: string;
  rotatedAt: number | null;
  expiresAt: number | null;
  /** Up to a minute or two old. */
  lastUsedAt: number | null;
}

export interface KeyStore {
  /**
   * Inserts it, unless `most` keys name one of its namespaces already: then false. Two at once may both come in. A repeat
   * finds it there and answers true.
   */
  create(key: ApiKey, condition: { most: number; record: ChangeRecord }): Promise<boolean>;
  /** Those of these ids that are there, in no order. */
  read(ids: readonly string[]): Promise<ApiKey[]>;
  /** In the order of their ids, those after `after` only. */
  list(query: KeyQuery): Promise<ApiKey[]>;
  /** Writes all of it but its last use, as the next version, if the version is still the same; answers whether it was. */
  replace(key: ApiKey, record: ChangeRecord): Promise<boolean>;
  /** Removes it if the version is still the same; answers whether it was. */
  remove(key: Pick<ApiKey, 'id' | 'version'>, record: ChangeRecord): Promise<boolean>;
  /** Notes uses, none of them back; of keys that are gone it notes nothing. */
  markUsed(uses: readonly KeyUse[]): Promise<void>;
}

export interface KeyQuery {
  /** Only keys all of whose namespaces are among these; null for every key. */
  within: readonly string[] | null;
  after: string | null;
  limit: number;
}

export interface KeyUse {
  id: string;
  at: number;
}
