/** The contract of the election's port, one suite for every driver. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Leadership } from '../../shared/coordination/election.js';
import { termDocument, type TermValue } from '../../shared/coordination/registry.js';
import { eventually } from '../support/eventually.js';
import type { Adapter, Contender, CoordinationWorld } from './coordination/world.js';
import { leaderAmong, reached, roleOf } from './coordination/world.js';

export function electionContract(adapter: Adapter): void {
  describe(`the election, ${adapter.name}`, () => {
    let world: CoordinationWorld;
    afterEach(() => world.close());

    async function setup(...names: string[]): Promise<Contender[]> {
      world = await adapter.open();
      return Promise.all(names.map((name) => world.join(name)));
    }

    it('does not lead before it is started', async () => {
      const [only] = await setup('a');
      await only!.coordination.ping();
      expect(only!.coordination.election.current()).toEqual({ role: 'follower', term: 0, leader: null });
    });

    it('lets a lone candidate lead, with its term installed in the registry', async () => {
      const [only] = await setup('a');
      await only!.coordination.election.start();
      await leaderAmong([only!]);
      expect(only!.coordination.election.current()).toEqual({ role: 'leader', term: 1, leader: 'a' });
      const installed = await only!.coordination.registry.read(termDocument);
      expect(installed).toEqual({ version: 1, value: { term: 1, leader: 'a' } });
    });

    it('tells a change of leadership once, and a resignation', async () => {
      const [only] = await setup('a');
      const heard: Leadership[] = [];
      only!.coordination.election.onChange((leadership) => heard.push(leadership));
      await only!.coordination.election.start();
      await leaderAmong([only!]);
      await only!.coordination.election.stop();
      expect(roleOf(only!)).toBe('follower');
      expect(heard.filter(({ role }) => role === 'leader')).toEqual([
        { role: 'leader', term: 1, leader: 'a' },
      ]);
      expect(heard.at(-1)).toEqual({ role: 'follower', term: 1, leader: null });
    });

    it('gives every leadership a higher term, also of the same candidate', async () => {
      const [only] = await setup('a');
      for (const term of [1, 2, 3]) {
        await only!.coordination.election.start();
        await leaderAmong([only!]);
        expect(only!.coordination.election.current().term).toBe(term);
        await only!.coordination.election.stop();
      }
    });

    it('may be started and stopped twice, and stopped before it is started', async () => {
      const [only] = await setup('a');
      const { election } = only!.coordination;
      await election.stop();
      await Promise.all([election.start(), election.start()]);
      await leaderAmong([only!]);
      expect(election.current().term).toBe(1);
      await Promise.all([election.stop(), election.stop()]);
      expect(roleOf(only!)).toBe('follower');
    });

    if (adapter.severalMembers) severalCandidates(setup);
    else
      it('refuses a second member, and admits it once the first one has closed', async () => {
        const [first, second] = await setup('a', 'b');
        await first!.coordination.election.start();
        await expect(second!.coordination.election.start()).rejects.toMatchObject({
          code: 'invalid-configuration',
          retryable: false,
        });
        expect([roleOf(first!), roleOf(second!)]).toEqual(['leader', 'follower']);
        await first!.coordination.close();
        await second!.coordination.election.start();
        expect(second!.coordination.election.current()).toEqual({ role: 'leader', term: 2, leader: 'b' });
      });
  });
}

function severalCandidates(setup: (...names: string[]) => Promise<Contender[]>): void {
  async function setupStarted(...names: string[]): Promise<Contender[]> {
    const contenders = await setup(...names);
    await Promise.all(contenders.map(({ coordination }) => coordination.election.start()));
    return contenders;
  }

  it('has one leader, whose name and term the others learn', async () => {
    const contenders = await setupStarted('a', 'b', 'c');
    const leader = await leaderAmong(contenders);
    const { term } = leader.coordination.election.current();
    await eventually('all know the leader', () =>
      contenders.every(({ coordination }) => {
        const current = coordination.election.current();
        return current.leader === leader.self.name && current.term === term;
      }),
    );
    expect(contenders.map(roleOf).sort()).toEqual(['follower', 'follower', 'leader']);
  });

  it('elects another one under a higher term when the leader resigns', async () => {
    const contenders = await setupStarted('a', 'b', 'c');
    const first = await leaderAmong(contenders);
    const { term } = first.coordination.election.current();
    await first.coordination.election.stop();
    const next = await leaderAmong(without(contenders, first));
    expect(next.coordination.election.current().term).toBeGreaterThan(term);
    expect(roleOf(first)).toBe('follower');
  });

  it('never lets two lead under one term, however they race', async () => {
    const contenders = await setup('a', 'b', 'c');
    const led: { name: string; term: number }[] = [];
    for (const { self, coordination } of contenders)
      coordination.election.onChange(({ role, term }) => {
        if (role === 'leader') led.push({ name: self.name, term });
      });
    for (let race = 0; race < 3; race++) {
      await Promise.all(contenders.map(({ coordination }) => coordination.election.start()));
      let running = contenders;
      while (running.length > 0) {
        const leader = await leaderAmong(running);
        await leader.coordination.election.stop();
        running = running.filter((contender) => contender !== leader);
      }
    }
    // On a busy machine a leader may lose its lease and win again: that is a leadership more, under a term more.
    expect(led.length).toBeGreaterThanOrEqual(9);
    const terms = led.map(({ term }) => term);
    expect(terms).toEqual([...new Set(terms)].sort((a, b) => a - b));
  });

  it.each(['cut', 'stall'] as const)(
    'replaces a leader when its link breaks (%s), and takes it back as a follower when it heals',
    async (fault) => {
      const contenders = await setupStarted('a', 'b', 'c');
      const cutOff = await leaderAmong(contenders);
      const others = without(contenders, cutOff);
      const { term } = cutOff.coordination.election.current();
      let stillBelieved = false;
      for (const { coordination } of others)
        coordination.election.onChange(({ role }) => {
          if (role === 'leader') stillBelieved ||= roleOf(cutOff) === 'leader';
        });
      const heard: Leadership[] = [];
      cutOff.coordination.election.onChange((leadership) => heard.push(leadership));

      cutOff.link[fault]();
      await eventually('it says itself that it leads no more', () => heard.at(-1)?.role === 'follower');
      const next = await leaderAmong(others);
      expect(stillBelieved).toBe(false);
      expect(next.coordination.election.current().term).toBeGreaterThan(term);

      cutOff.link.heal();
      await eventually('it knows who leads', () => {
        return cutOff.coordination.election.current().leader === next.self.name;
      });
      expect(roleOf(cutOff)).toBe('follower');

      for (const { coordination } of others) await coordination.election.stop();
      await leaderAmong([cutOff]);
      const installed = await cutOff.coordination.registry.read(termDocument);
      expect((installed!.value as TermValue).term).toBe(cutOff.coordination.election.current().term);
    },
  );

  it('does not let a leader act that wakes from a freeze longer than its lease', async () => {
    const contenders = await setupStarted('a', 'b', 'c');
    const frozen = await leaderAmong(contenders);
    const { term } = frozen.coordination.election.current();
    frozen.freeze(10_000);
    expect(roleOf(frozen)).not.toBe('leader');
    const next = await leaderAmong(contenders);
    expect(next.coordination.election.current().term).toBeGreaterThan(term);
  });

  it('lets a leader that was replaced write nothing under its term', async () => {
    const contenders = await setupStarted('a', 'b', 'c');
    const old = await leaderAmong(contenders);
    const guard = {
      name: termDocument,
      version: (await old.coordination.registry.read(termDocument))!.version,
    };
    expect(await old.coordination.registry.write('ring', 'first', { expected: 0, guard })).toBe(1);
    old.link.cut();
    await leaderAmong(without(contenders, old));
    old.link.heal();
    await reached(old);
    expect(await old.coordination.registry.write('ring', 'late', { expected: 1, guard })).toBeNull();
  });

  it('steps down when a higher term is installed, and somebody leads again only above it', async () => {
    const contenders = await setupStarted('a', 'b', 'c');
    const old = await leaderAmong(contenders);
    const roles: string[] = [];
    old.coordination.election.onChange(({ role }) => roles.push(role));
    const { registry } = old.coordination;
    const { version } = (await registry.read(termDocument))!;
    await registry.write(termDocument, { term: 40, leader: 'stranger' }, { expected: version });
    const leads = ({ coordination }: Contender) => coordination.election.current();
    await eventually('one leads above it', () =>
      contenders.some((one) => leads(one).role === 'leader' && leads(one).term > 40),
    );
    expect(roles[0]).not.toBe('leader');
  });

  it('keeps the leader through a short break of its link', async () => {
    const contenders = await setupStarted('a', 'b', 'c');
    const leader = await leaderAmong(contenders);
    const heard: Leadership[] = [];
    leader.coordination.election.onChange((leadership) => heard.push(leadership));
    leader.link.cut();
    leader.link.heal();
    await reached(leader);
    expect(roleOf(leader)).toBe('leader');
    expect(heard).toEqual([]);
  });
}

function without(contenders: Contender[], one: Contender): Contender[] {
  return contenders.filter((contender) => contender !== one);
}
