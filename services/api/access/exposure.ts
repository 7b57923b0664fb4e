/** Whether the API may start with the keys that there are, and what is said of it: nobody opens it to the world by oversight. */
import { CarillonError } from '../../../shared/base/errors.js';
import type { Clock } from '../../../shared/base/clock.js';
import type { ApiKey, KeyStore } from '../../../shared/store/keys.js';
import type { Logger } from '../../../shared/telemetry/logger.js';
import type { ApiConfig } from '../config.js';
import { isEverywhere } from './actor.js';

const pageRows = 1_000;

export interface Exposure {
  config: Pick<ApiConfig, 'apiHost' | 'apiKeys' | 'apiKeyless'> & { mode: 'development' | 'production' };
  keys: Pick<KeyStore, 'list'>;
  clock: Pick<Clock, 'now'>;
  log: Logger;
}

/** True where who shows no key may do everything: in development mode, while the configuration names no key. */
export function isOpen({ mode, apiKeys = [] }: Pick<Exposure['config'], 'mode' | 'apiKeys'>): boolean {
  return mode === 'development' && apiKeys.length === 0;
}

/** Rejects with `invalid-configuration` where it may not start, and says in the log what is open. */
export async function checkExposure({ config, keys, clock, log }: Exposure): Promise<void> {
  const { apiHost, apiKeys = [], apiKeyless, mode } = config;
  if (apiKeys.length > 0) return;
  if (mode === 'production') {
    if (await hasAdmin(keys, clock.now())) return;
    throw new CarillonError(
      'invalid-configuration',
      'production mode needs a key: set CARILLON_API_KEYS, make a key of role admin for all namespaces with it, then it may go',
    );
  }
  if (!isLoopback(apiHost) && apiKeyless === 'loopback')
    throw new CarillonError(
      'invalid-configuration',
      `without CARILLON_API_KEYS the API listens on loopback only, not on ${apiHost}: set keys, or CARILLON_API_KEYLESS=anywhere where nobody else can reach it`,
    );
  log.warn({ host: apiHost }, 'no API keys are configured: whoever reaches the API may do everything');
}

/** Whether somebody could still manage keys. */
async function hasAdmin(keys: Pick<KeyStore, 'list'>, now: number): Promise<boolean> {
  for (let after: string | null = null; ;) {
    const page: ApiKey[] = await keys.list({ within: null, after, limit: pageRows });
    if (page.some((key) => key.role === 'admin' && isEverywhere(key) && (key.expiresAt ?? Infinity) > now))
      return true;
    if (page.length < pageRows) return false;
    after = page.at(-1)!.id;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
