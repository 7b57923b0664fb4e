import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { handoverLeadMs, silenceMs } from '../../../../shared/ring/handover.js';
import { ownerAt } from '../../../../shared/ring/ring.js';
import { propertyRuns } from '../../../support/property-runs.js';
import { HandoverWorld, type Action } from '../../../scenarios/handover-world.js';

const start = 1_000_000;

/** A leader that has settled a ring of these, and then a newcomer. */
function joining(...members: string[]) {
  const world = new HandoverWorld(start, members);
  world.settle();
  world.join('new');
  return world;
}

describe('a handover', () => {
  it('begins with everybody that is there, at once, since nobody owned anything before', () => {
    const world = new HandoverWorld(start, ['a', 'b']);
    world.positions.set('a', start + 60_000);
    world.answerAll();
    expect(world.newest).toEqual({ number: 1, members: ['a', 'b'], effectiveFrom: start });
    expect(world.phase).toBe('settled');
  });

  it('settles a later version at its instant, not before', () => {
    const world = joining('a', 'b');
    world.answerAll();
    expect(world.phase).toBe('resuming');
    world.pass(handoverLeadMs - 1);
    expect(world.phase).toBe('resuming');
    world.pass(1);
    expect(world.phase).toBe('settled');
  });

  it('takes effect a lead after the latest position that anybody told', () => {
    const world = joining('a', 'b', 'c');
    expect([...world.asked].sort()).toEqual(['a', 'b', 'c', 'new']);
    world.positions.set('b', world.now + 7_000);
    world.answerAll();
    expect(world.newest).toMatchObject({ number: 2, effectiveFrom: world.now + 7_000 + handoverLeadMs });
  });

  it('takes effect a lead from now when all positions have passed', () => {
    const world = joining('a', 'b');
    world.positions.set('a', world.now - 50_000);
    world.answerAll();
    expect(world.newest!.effectiveFrom).toBe(world.now + handoverLeadMs);
  });

  it('asks nobody and writes once when somebody has left, for no living member loses anything', () => {
    const world = new HandoverWorld(start, ['a', 'b', 'c']);
    world.settle();
    world.die('b');
    expect(world.phase).toBe('committing');
    world.write();
    expect(world.newest!.members).toEqual(['a', 'c']);
  });

  it('goes back to the start without a member that dies before it has answered', () => {
    const world = joining('a', 'b', 'c');
    world.answer('a');
    world.die('b');
    expect(world.events).toContain('rolled back');
    expect(world.newest!.number).toBe(1);
    world.answerAll();
    expect(world.newest).toMatchObject({ number: 2, members: ['a', 'c', 'new'] });
  });

  it('leaves out a member that does not answer, and tries it again later', () => {
    const world = joining('a');
    world.silence('new');
    expect(world.phase).toBe('settled');
    expect(world.newest!.members).toEqual(['a']);
    world.pass(silenceMs);
    world.answerAll();
    expect(world.newest!.members).toEqual(['a', 'new']);
  });

  it('takes no notice of an answer to an earlier question', () => {
    const world = joining('a', 'b');
    const late = world.lateAnswer('a', start + 90_000);
    world.die('b');
    late();
    world.answerAll();
    expect(world.newest!.effectiveFrom).toBe(world.now + handoverLeadMs);
  });

  it('begins the next one at once when a member dies while the ring is written', () => {
    const world = joining('a', 'b', 'c');
    for (const member of [...world.asked]) world.answer(member);
    expect(world.phase).toBe('committing');
    world.die('c');
    world.write();
    world.answerAll();
    expect(world.written.map(({ members }) => members)).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c', 'new'],
      ['a', 'b', 'new'],
    ]);
  });

  it.each(['synchronising', 'resuming'])(
    'begins the next one at once when a member dies while %s',
    (phase) => {
      const world = joining('a', 'b', 'c');
      for (const member of [...world.asked]) world.answer(member);
      world.write();
      if (phase === 'resuming') world.answerAll();
      expect(world.phase).toBe(phase);
      const effectiveFrom = world.newest!.effectiveFrom;
      world.die('a');
      world.answerAll();
      expect(world.newest).toMatchObject({ number: 3, members: ['b', 'c', 'new'] });
      expect(world.newest!.effectiveFrom).toBeGreaterThanOrEqual(effectiveFrom);
    },
  );

  it('lets a member go that does not acknowledge what was committed', () => {
    const world = joining('a', 'b');
    for (const member of [...world.asked]) world.answer(member);
    world.write();
    world.answer('a');
    world.answer('new');
    world.silence('b');
    world.answerAll();
    expect(world.newest).toMatchObject({ number: 3, members: ['a', 'new'] });
  });

  it('puts the instant off when a member that loses shards is past it', () => {
    const world = joining('a', 'b');
    for (const member of [...world.asked]) world.answer(member);
    world.write();
    const { effectiveFrom } = world.newest!;
    world.positions.set('a', effectiveFrom + 300);
    world.answerAll();
    expect(world.events).toContain('put later');
    expect(world.newest).toMatchObject({
      number: 3,
      members: ['a', 'b', 'new'],
      effectiveFrom: effectiveFrom + 300 + handoverLeadMs,
    });
    expect(world.ring.map(({ number }) => number)).toEqual([1, 3]);
  });

  it('does not mind that a member is past the instant which loses nothing', () => {
    const world = joining('a', 'b');
    for (const member of [...world.asked]) world.answer(member);
    world.write();
    world.positions.set('new', world.newest!.effectiveFrom + 300);
    world.answerAll();
    expect(world.newest!.number).toBe(2);
    expect(world.phase).toBe('resuming');
  });

  it('waits with whoever comes while another handover is under way', () => {
    const world = joining('a');
    world.join('newer');
    world.answerAll();
    expect(world.newest!.members).toEqual(['a', 'new']);
    world.settle();
    expect(world.newest!.members).toEqual(['a', 'new', 'newer']);
  });

  it('is finished by a successor when it was committed', () => {
    const world = joining('a', 'b');
    for (const member of [...world.asked]) world.answer(member);
    world.write();
    const { number } = world.newest!;
    world.succeed();
    expect(world.phase).toBe('synchronising');
    world.answerAll();
    world.pass(handoverLeadMs);
    expect([world.phase, world.newest!.number]).toEqual(['settled', number]);
  });

  it('is forgotten by a successor when it was only proposed', () => {
    const world = joining('a', 'b');
    world.answer('a');
    world.die('new');
    world.succeed();
    expect([world.phase, world.newest!.number]).toEqual(['settled', 1]);
  });

  it('moves from one leader to the next by a single write, in the classic shape', () => {
    const world = new HandoverWorld(start, ['a']);
    world.settle();
    world.replace(['b']);
    world.succeed();
    world.answer('b');
    world.write();
    expect(ownerAt(world.ring, 7, world.now)).toBe('b');
  });

  const actions: fc.Arbitrary<Action> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('answer' as const), pick: fc.nat(9), aheadMs: fc.nat(6_000) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('write' as const) }) },
    fc.record({ kind: fc.constant('silence' as const), pick: fc.nat(9) }),
    fc.record({ kind: fc.constant('die' as const), pick: fc.nat(9) }),
    fc.record({ kind: fc.constant('join' as const), pick: fc.nat(9) }),
    fc.record({ kind: fc.constant('succeed' as const) }),
    fc.record({ kind: fc.constant('loseWrite' as const) }),
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(4_000) }) },
  );

  it('whatever dies in whatever phase, numbers and instants only grow, and it comes to rest with those that live', () => {
    fc.assert(
      fc.property(fc.array(actions, { maxLength: 60 }), (script) => {
        const world = new HandoverWorld(start, ['m0', 'm1', 'm2']);
        for (const action of script) world.act(action);
        world.settle();
        expect(world.newest!.members).toEqual([...world.living].sort());
        world.written.reduce((before, after) => {
          expect(after.number).toBeGreaterThan(before.number);
          expect(after.effectiveFrom).toBeGreaterThanOrEqual(before.effectiveFrom);
          return after;
        });
      }),
      { numRuns: propertyRuns(300) },
    );
  });
});
