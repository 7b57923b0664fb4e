import { describe, expect, it } from 'vitest';
import { createAddressGuard } from '../../../../../services/worker/delivery/address-guard.js';
import { CarillonError } from '../../../../../shared/base/errors.js';

describe('in production', () => {
  const guard = createAddressGuard('production', []);

  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    '::ffff:0:0',
    '0:0:0:0:0:ffff:7f00:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
  ])('%s is refused', (address) => {
    expect(guard.refuses(address)).toBe(true);
  });

  it.each([
    '1.1.1.1',
    '9.255.255.255',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '223.255.255.255',
    '::ffff:8.8.8.8',
    '::ffff:808:808',
    '64:ff9b::8.8.8.8',
    '2606:4700::1111',
    '2a00:1450::1',
  ])('%s is called', (address) => {
    expect(guard.refuses(address)).toBe(false);
  });

  it('lists nothing by itself', () => {
    expect(guard.lists('localhost', 80)).toBe(false);
  });
});

describe('what is listed', () => {
  const guard = createAddressGuard('production', [
    'Intern.example',
    'db.example:8080',
    '10.1.0.0/16',
    'fd00:1::/32',
    '192.168.7.7',
    '[fd00:2::1]:443',
    'fd00:3::1',
  ]);

  it('by name holds for every port, by name and port for that one', () => {
    expect(guard.lists('intern.example', 80)).toBe(true);
    expect(guard.lists('INTERN.example', 9)).toBe(true);
    expect(guard.lists('db.example', 8080)).toBe(true);
    expect(guard.lists('db.example', 8081)).toBe(false);
    expect(guard.lists('sub.intern.example', 80)).toBe(false);
  });

  it('by address holds for the URL that bears it', () => {
    expect(guard.lists('192.168.7.7', 80)).toBe(true);
    expect(guard.lists('[fd00:2::1]', 443)).toBe(true);
    expect(guard.lists('[fd00:2::1]', 80)).toBe(false);
    expect(guard.lists('[fd00:3::1]', 80)).toBe(true);
  });

  it('by range holds for what a name resolves to, in either form', () => {
    expect(['10.1.2.3', '::ffff:10.1.2.3', 'fd00:1::5'].map((address) => guard.refuses(address))).toEqual([
      false,
      false,
      false,
    ]);
    expect(['10.2.0.1', 'fd00:2::1'].map((address) => guard.refuses(address))).toEqual([true, true]);
  });

  it.each(['10.0.0.0/33', '10.0.0/8', 'fd00::/129', '/8', 'a b', 'http://x', 'host:port', '10.0.0.0/'])(
    'as %j is a mistake in the configuration',
    (entry) => {
      expect(() => createAddressGuard('production', [entry])).toThrow(CarillonError);
    },
  );
});

it('in development everything is called', () => {
  const guard = createAddressGuard('development', []);
  expect([guard.refuses('127.0.0.1'), guard.refuses('::1'), guard.lists('localhost', 1)]).toEqual([
    false,
    false,
    true,
  ]);
});
