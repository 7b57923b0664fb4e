import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RingKeeper } from '../../../../services/scheduler/ring-keeper.js';
import type { RingView } from '../../../../services/scheduler/ring-view.js';
import type { ShardHost } from '../../../../services/scheduler/shard-host.js';
import type { Election, Leadership } from '../../../../shared/coordination/election.js';
import type { Member, Membership } from '../../../../shared/coordination/membership.js';
import { MemoryDocuments } from '../../../../shared/coordination/single/memory-documents.js';
import { termDocument, type Registry } from '../../../../shared/coordination/registry.js';
import type { Rpc } from '../../../../shared/rpc/rpc.js';
import { ManualClock } from '../../../support/manual-clock.js';

/** A keeper alone, with a registry that does at once what it is told and says so when the test lets it. */
function setup() {
  const clock = new ManualClock();
  const documents = new MemoryDocuments();
  const answers: (() => void)[] = [];
  const registry = {
    verify: (name) => documents.read(name),
    write: async (...asked) => {
      const version = await documents.write(...asked);
      await new Promise<void>((resolve) => answers.push(resolve));
      return version;
    },
  } as Pick<Registry, 'verify' | 'write'> as Registry;
  let leadership: Leadership = { role: 'follower', term: 0, leader: null };
  let members: Member[] = [];
  const keeper = new RingKeeper({
    ...{ registry, clock, self: { name: 's1', service: 'scheduler' }, shape: 'shared' },
    election: { current: () => leadership, onChange: () => undefined } as unknown as Election,
    membership: { members: () => members, onChange: () => undefined } as unknown as Membership,
    rpc: { call: () => Promise.resolve({ position: 0 }) } as unknown as Rpc,
    view: { adopt: () => undefined } as unknown as RingView,
    host: { position: () => 0 } as unknown as ShardHost,
    log: pino({ level: 'silent' }),
  });
  onTestFinished(() => keeper.stop());
  return {
    clock,
    keeper,
    /** How many rings were written, and what lets each writer know. */
    answers,
    lead: async (term: number) => {
      const present = await documents.read(termDocument);
      await documents.write(termDocument, { term, leader: 's1' }, { expected: present?.version ?? 0 });
      leadership = { role: 'leader', term, leader: 's1' };
    },
    follow: () => (leadership = { role: 'follower', term: leadership.term, leader: null }),
    meet: (...names: string[]) =>
      (members = names.map((name) => ({ id: `${name}~1`, name, service: 'scheduler', adminUrl: name }))),
  };
}

describe('a keeper of the ring that leads again', () => {
  it('takes no answer to a write of its earlier reign for one to a write of the present', async () => {
    const { clock, keeper, answers, lead, follow, meet } = setup();
    meet('s1', 's2');
    await lead(1);
    keeper.start();
    await clock.advance(100);
    follow();
    await clock.advance(500);
    await lead(2);
    await clock.advance(500);
    meet('s1');
    await clock.advance(500);
    expect(answers).toHaveLength(2);
    answers[0]!();
    await clock.advance(500);
    expect(answers).toHaveLength(2);
    expect(keeper.phase()).toBe('committing');
    answers[1]!();
    await clock.advance(100);
    expect(keeper.phase()).toBe('resuming');
  });
});
