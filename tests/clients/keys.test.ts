import { describe, expect, it } from 'vitest';
import { Carillon } from '../../clients/sdk/carillon.js';
import { setup } from './cli-world.js';

describe('carillon keys', () => {
  it('create writes the secret alone to standard output, and it works', async () => {
    const { type, url } = await setup();
    const { code, out, complaints } = await type('keys create shop-backend --role writer --for shop');
    expect(code).toBe(0);
    expect(out).toMatch(/^car_\w{16}_[\w-]{43}\n$/);
    expect(complaints).toContain('writer in shop');
    const client = new Carillon({ url, namespace: 'shop', key: out.trim() });
    const target = { url: 'https://example.test/' };
    expect(await client.timers.create({ delay: '1h', target })).toMatchObject({ createdBy: 'shop-backend' });
  });

  it('create makes a reader of the namespace of the command, unless told', async () => {
    const { type } = await setup();
    const made = await type('keys create watcher --namespace bank --json');
    expect(JSON.parse(made.out)).toMatchObject({ role: 'reader', namespaces: ['bank'] });
    const all = await type('keys create watcher --everywhere --json');
    expect(JSON.parse(all.out)).toMatchObject({ namespaces: ['*'] });
    expect((await type('keys create watcher --everywhere --for bank')).code).toBe(2);
  });

  it('list shows them without their secrets', async () => {
    const { type } = await setup();
    expect((await type('keys list')).out).toBe('None.\n');
    const { out: secret } = await type('keys create shop-backend --role writer --for shop');
    const { out } = await type('keys list');
    expect(out).toMatch(/^car_\w{16} +shop-backend +writer +shop +- +-$/m);
    expect(out).not.toContain(secret.trim().slice(21));
  });

  it('rotate shows a new secret, and until when the old one is good', async () => {
    const { type } = await setup();
    const { out: secret } = await type('keys create shop-backend');
    const id = secret.slice(0, 20);
    const { out, complaints } = await type(`keys rotate ${id} --overlap PT1H`);
    expect(out.slice(0, 20)).toBe(id);
    expect(out).not.toBe(secret);
    expect(complaints).toMatch(/old secret +good until 2\d{3}-/);
  });

  it('revoke ends a key, and says the fix where there is none', async () => {
    const { type } = await setup();
    const { out: secret } = await type('keys create shop-backend');
    expect((await type(`keys revoke ${secret.slice(0, 20)}`)).code).toBe(0);
    const again = await type(`keys revoke ${secret.slice(0, 20)}`);
    expect(again).toMatchObject({ code: 1, complaints: expect.stringContaining('keys list') as string });
  });
});
