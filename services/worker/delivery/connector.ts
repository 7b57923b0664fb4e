/**
 * How connections are made: TLS verified, a limit on the time it takes, no proxy, and the address guard asked after the
 * name was resolved, so that what was checked is what is connected to. Lookups of one name at one time are one lookup:
 * the system's resolver has few threads, and a name that hangs must not take them all.
 */
import dns from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { AddressGuard } from './address-guard.js';
import { CallError } from './failure.js';

export interface ConnectorOptions {
  guard: AddressGuard;
  connectTimeoutMs: number;
  /** Certificates to trust instead of the system's, PEM. */
  ca?: string;
}

export function createConnector({ guard, connectTimeoutMs, ca }: ConnectorOptions): buildConnector.connector {
  const lookupAll = sharedLookup();
  const settings = { timeout: connectTimeoutMs, rejectUnauthorized: true, ...(ca !== undefined && { ca }) };
  const open = buildConnector({ ...settings, lookup: lookupWith(lookupAll, () => false) });
  const guarded = buildConnector({
    ...settings,
    lookup: lookupWith(lookupAll, (address) => guard.refuses(address)),
  });
  return (options, callback) => {
    const { hostname, port, protocol } = options;
    if (guard.lists(hostname, Number(port || (protocol === 'https:' ? 443 : 80))))
      return open(options, callback);
    if (isIP(hostname) !== 0 && guard.refuses(hostname)) return callback(refusal(hostname, hostname), null);
    return guarded(options, callback);
  };
}

type Answer = (error: NodeJS.ErrnoException | null, addresses: dns.LookupAddress[]) => void;

function sharedLookup(): (hostname: string, answer: Answer) => void {
  const waiting = new Map<string, Answer[]>();
  return (hostname, answer) => {
    const others = waiting.get(hostname);
    if (others) return void others.push(answer);
    waiting.set(hostname, [answer]);
    dns.lookup(hostname, { all: true }, (error, addresses) => {
      const answers = waiting.get(hostname)!;
      waiting.delete(hostname);
      for (const each of answers) each(error, addresses ?? []);
    });
  };
}

function lookupWith(
  lookupAll: (hostname: string, answer: Answer) => void,
  refuses: (address: string) => boolean,
): LookupFunction {
  return (hostname, options, callback) => {
    lookupAll(hostname, (error, addresses) => {
      if (error) return callback(error, '');
      const wanted = addresses.filter(({ family }) => !options.family || family === options.family);
      const allowed = wanted.filter(({ address }) => !refuses(address));
      const [first] = allowed;
      if (!first) return callback(refusal(hostname, wanted[0]?.address ?? 'no address'), '');
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function refusal(hostname: string, address: string): CallError {
  const which = hostname === address ? address : `${hostname} (${address})`;
  return new CallError(
    'address-refused',
    `${which} is a private or reserved address, which this installation does not call; use a public one, or have it listed in CARILLON_WORKER_ALLOWED_PRIVATE_TARGETS.`,
  );
}
