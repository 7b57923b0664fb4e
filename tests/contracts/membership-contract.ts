/** The contract of the membership's port, one suite for every driver. */
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import type { Adapter, Contender, CoordinationWorld } from './coordination/world.js';

export function membershipContract(adapter: Adapter): void {
  describe(`the membership, ${adapter.name}`, () => {
    let world: CoordinationWorld;
    afterEach(() => world.close());

    async function setup(...names: string[]): Promise<Contender[]> {
      world = await adapter.open();
      return Promise.all(names.map((name) => world.join(name)));
    }

    it('sees itself, with all that it announced, and not before it is started', async () => {
      const [only] = await setup('a');
      const { membership } = only!.coordination;
      expect(membership.members()).toEqual([]);
      await Promise.all([membership.start(), membership.start()]);
      await eventually('it sees itself', () => membership.members().length > 0);
      expect(membership.members()).toEqual([only!.self]);
    });

    it('tells of its coming once', async () => {
      const [only] = await setup('a');
      const { membership } = only!.coordination;
      const heard: string[][] = [];
      membership.onChange((members) => heard.push(members.map(({ name }) => name)));
      await membership.start();
      await eventually('it sees itself', () => membership.members().length > 0);
      expect(heard).toEqual([['a']]);
    });

    if (adapter.severalMembers) severalMembers(setup);
    else
      it('refuses a second member', async () => {
        const [first, second] = await setup('a', 'b');
        await first!.coordination.membership.start();
        await expect(second!.coordination.membership.start()).rejects.toMatchObject({
          code: 'invalid-configuration',
        });
        expect(second!.coordination.membership.members()).toEqual([]);
      });
  });
}

function severalMembers(setup: (...names: string[]) => Promise<Contender[]>): void {
  async function setupStarted(...names: string[]): Promise<Contender[]> {
    const contenders = await setup(...names);
    await Promise.all(contenders.map(({ coordination }) => coordination.membership.start()));
    await eventually('all see all', () =>
      contenders.every((contender) => seenBy(contender).length === names.length),
    );
    return contenders;
  }

  function seenBy(contender: Contender): string[] {
    return contender.coordination.membership
      .members()
      .map(({ name }) => name)
      .sort();
  }

  it('shows each member to every other one', async () => {
    const [a, b] = await setupStarted('a', 'b');
    expect(seenBy(a!)).toEqual(['a', 'b']);
    expect(b!.coordination.membership.members()).toContainEqual(a!.self);
  });

  it('shows that a member has left, and that it has come back', async () => {
    const [a, b] = await setupStarted('a', 'b');
    await b!.coordination.membership.stop();
    await eventually('it is gone', () => seenBy(a!).join() === 'a');
    await b!.coordination.membership.start();
    await eventually('it is back', () => seenBy(a!).join() === 'a,b');
  });

  it.each(['cut', 'stall'] as const)(
    'loses a member when its link breaks (%s), and has it back when it heals',
    async (fault) => {
      const [a, b] = await setupStarted('a', 'b');
      b!.link[fault]();
      await eventually('it is gone', () => seenBy(a!).join() === 'a');
      b!.link.heal();
      await eventually('it is back', () => seenBy(a!).join() === 'a,b');
      await eventually('it sees the others again', () => seenBy(b!).join() === 'a,b');
    },
  );
}
