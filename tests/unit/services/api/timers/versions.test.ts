import { describe, expect, it } from 'vitest';
import { versionsOf } from '../../../../../services/api/timers/versions.js';
import type { ChangeRecord, TimerVersion } from '../../../../../shared/timers/change-record.js';
import { baseTime, makeTimer } from '../../../../support/factories.js';

const timer = makeTimer({ uid: 'u2', generation: 6, tags: ['now'] });

function version(uid: string, tag: string): TimerVersion {
  const { createdAt, definition, metadata } = timer;
  return { uid, createdAt, definition, tags: [tag], metadata };
}

function record(generation: number, changes: Partial<ChangeRecord> = {}): ChangeRecord {
  const { namespace, id: resourceId, uid } = timer;
  const of = { namespace, resource: 'timer', resourceId, uid } as const;
  const by = { at: baseTime, actor: 'a', action: 'patch', reason: null };
  return { id: `r${generation}`, ...of, generation, ...by, changes: [], previous: null, ...changes };
}

/** Made as u1 (generations 1 to 3), replaced by u2 with generation 4; 5 is a pause, 6 a patch; a run in between. */
const records = [
  record(6, { previous: version('u2', 'replaced') }),
  record(5, { action: 'run' }),
  record(5, { action: 'pause' }),
  record(4, { action: 'put', previous: version('u1', 'changed') }),
  record(3, { uid: 'u1', action: 'cancel' }),
  record(2, { uid: 'u1', previous: version('u1', 'first') }),
];

const tagAt = (generation: number, kept = records): string | undefined =>
  versionsOf(timer, kept).at(generation)?.tags[0];

describe('the versions of a timer', () => {
  it('are what its records say held at each generation, across uids', () => {
    const tags = [1, 2, 3, 4, 5, 6].map((generation) => tagAt(generation));
    expect(tags).toEqual(['first', 'changed', 'changed', 'replaced', 'replaced', 'now']);
    expect(versionsOf(timer, records).oldest).toBe(1);
  });

  it('are not known of generations to come, or from before the oldest record', () => {
    const kept = records.slice(0, 3);
    expect([0, 3].map((generation) => tagAt(generation, kept))).toEqual([undefined, undefined]);
    expect(tagAt(7)).toBeUndefined();
    expect(tagAt(4, kept)).toBe('replaced');
  });

  it('are not reached by a run alone, which replaces nothing', () => {
    const kept = [record(6, { action: 'run' })];
    expect([5, 6].map((generation) => tagAt(generation, kept))).toEqual([undefined, 'now']);
  });

  it('are none of a timer of the same id that was removed before this one was made', () => {
    const foreign = [
      record(9, { uid: 'u0', previous: version('u0', 'foreign') }),
      record(2, { uid: 'u0', previous: version('u0', 'foreign') }),
    ];
    expect([1, 2, 6].map((generation) => tagAt(generation, foreign))).toEqual([undefined, undefined, 'now']);
  });

  it('leave out what was changed after the timer was read', () => {
    const newer = record(7, { previous: version('u2', 'now') });
    expect(tagAt(6, [newer, ...records])).toBe('now');
    expect(tagAt(7, [newer, ...records])).toBeUndefined();
  });
});
