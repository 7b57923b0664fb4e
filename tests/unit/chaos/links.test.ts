import Type from 'typebox';
import { afterEach, describe, expect, it } from 'vitest';
import { AdminServer } from '../../../shared/admin/admin-server.js';
import { SystemClock } from '../../../shared/base/clock.js';
import { RpcClient } from '../../../shared/rpc/client.js';
import { RpcServer } from '../../../shared/rpc/server.js';
import { Metrics } from '../../../shared/telemetry/metrics.js';
import { Links } from '../../chaos/links.js';
import { seededRandom } from '../../support/seeded-random.js';

const hello = { name: 'hello', request: Type.String(), reply: Type.String() };

describe('the links of a cluster under test', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  /** Three schedulers that greet each other, each at its door. */
  async function setup() {
    const names = ['scheduler-1', 'scheduler-2', 'scheduler-3'];
    const links = await Links.open(names, {});
    ends.push(() => links.close());
    const greeters = await Promise.all(names.map((name) => startGreeter(name)));
    const doors = greeters.map(({ name, url }) => links.environment(name, url)['CARILLON_ADMIN_URL']!);
    const ask = (from: number, to: number, deadlineMs = 10_000) =>
      greeters[from - 1]!.client.call(hello, {
        to: names[to - 1]!,
        url: doors[to - 1]!,
        request: names[from - 1]!,
        deadlineMs,
      });
    return { links, ask };
  }

  async function startGreeter(name: string) {
    const clock = new SystemClock();
    const rpc = new RpcServer('');
    rpc.serve(hello, (caller) => `${caller}, this is ${name}`);
    const self = () => Promise.reject(new Error('not asked')) as never;
    const options = { host: '127.0.0.1', port: 0, checks: {}, metrics: new Metrics(), clock, self };
    const admin = new AdminServer({ ...options, rpc });
    await admin.start();
    const client = new RpcClient({ caller: name, secret: '', clock, random: seededRandom(1) });
    ends.push(
      () => admin.stop(),
      () => client.close(),
    );
    return { name, url: admin.url, client };
  }

  it('lead each to each', async () => {
    const { ask } = await setup();
    expect(await ask(1, 2)).toBe('scheduler-1, this is scheduler-2');
    expect(await ask(2, 1)).toBe('scheduler-2, this is scheduler-1');
  });

  it('forward nothing to or from one that is cut off, over old connections and new ones, and all else', async () => {
    const { links, ask } = await setup();
    await Promise.all([ask(1, 2), ask(2, 1), ask(2, 3)]);
    links.cut('scheduler-1', ['schedulers']);
    const lost = { code: 'peer-unavailable', message: expect.stringContaining('no answer within') as string };
    await expect(ask(1, 2, 100)).rejects.toMatchObject(lost);
    await expect(ask(1, 3, 100)).rejects.toMatchObject(lost);
    await expect(ask(2, 1, 100)).rejects.toMatchObject(lost);
    await expect(ask(3, 1, 100)).rejects.toMatchObject(lost);
    expect(await ask(2, 3)).toBe('scheduler-2, this is scheduler-3');
  });

  it('deliver what they held back once they are healed', async () => {
    const { links, ask } = await setup();
    links.cut('scheduler-1', ['schedulers']);
    const patient = ask(1, 2);
    await expect(ask(3, 1, 100)).rejects.toMatchObject({ code: 'peer-unavailable' });
    links.heal('scheduler-1');
    expect(await patient).toBe('scheduler-1, this is scheduler-2');
    expect(await ask(3, 1)).toBe('scheduler-3, this is scheduler-1');
  });
});
