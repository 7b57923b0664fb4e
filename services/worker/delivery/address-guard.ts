/**
 * Which addresses a callback may go to. In production no private, local or reserved one, unless it is listed; it is
 * asked with what a name resolved to, at the moment of connecting, so that no name can change its mind in between.
 */
import { BlockList, isIP } from 'node:net';
import { CarillonError } from '../../../shared/base/errors.js';

export interface AddressGuard {
  /** True when this destination is listed by its name: whatever it resolves to is allowed. */
  lists(hostname: string, port: number): boolean;
  /** True when nobody may be called at this address. */
  refuses(address: string): boolean;
}

/** IANA special-purpose registries (RFC 6890 and its updates) and multicast. */
const refusedSubnets = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

/** IPv6 addresses that stand for an IPv4 one in their last 32 bits: mapped (RFC 4291) and NAT64 (RFC 6052). */
const carriers = subnets(['::ffff:0:0/96', '64:ff9b::/96']);

/** @param allowed host, host:port or CIDR; throws `invalid-configuration` for anything else */
export function createAddressGuard(
  mode: 'development' | 'production',
  allowed: readonly string[],
): AddressGuard {
  if (mode === 'development') return { lists: () => true, refuses: () => false };
  const refused = subnets(refusedSubnets);
  const exempt = subnets(allowed.filter((entry) => entry.includes('/')));
  const names = new Set(allowed.filter((entry) => !entry.includes('/')).map(nameOf));
  return {
    lists(hostname, port) {
      const name = hostname.replace(/^\[|\]$/g, '').toLowerCase();
      return names.has(name) || names.has(`${name} ${port}`);
    },
    refuses(address) {
      const plain = carriedAddress(address);
      return contains(refused, plain) && !contains(exempt, plain);
    },
  };
}

function subnets(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', bits = ''] = entry.split('/');
    const family = isIP(address);
    if (family === 0 || !/^\d+$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
      throw malformed(entry);
    list.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

/** The IPv4 address inside an IPv6 one that carries one, else the address itself, without a zone. */
function carriedAddress(address: string): string {
  const bare = address.split('%')[0]!;
  if (isIP(bare) !== 6 || !contains(carriers, bare)) return bare;
  const groups = new URL(`http://[${bare}]`).hostname.slice(1, -1).split(':');
  const [high, low] = groups.slice(-2).map((group) => Number.parseInt(group || '0', 16)) as [number, number];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** `host` or `host port`, in lower case, IPv6 without brackets. */
function nameOf(entry: string): string {
  if (isIP(entry) === 6) return entry.toLowerCase();
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::(\d{1,5}))?$/i.exec(entry);
  if (!match) throw malformed(entry);
  const [, bracketed, plain, port] = match;
  const name = (bracketed ?? plain!).toLowerCase();
  return port === undefined ? name : `${name} ${port}`;
}

function malformed(entry: string): CarillonError {
  return new CarillonError(
    'invalid-configuration',
    `CARILLON_WORKER_ALLOWED_PRIVATE_TARGETS: ${JSON.stringify(entry)} is not a host, host:port or CIDR`,
  );
}
