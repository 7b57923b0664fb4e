import { describe, expect, it } from 'vitest';
import type { OverlapPolicy } from '../../../../shared/timers/overlap.js';
import { overlapNotes } from '../../../../shared/timers/overlap-preview.js';

/** The kinds of the notes of six occurrences, a second apart. */
function kinds(policy: OverlapPolicy, averageMs: number): string[] {
  const dueAts = [0, 1_000, 2_000, 3_000, 4_000, 5_000];
  return overlapNotes(dueAts, policy, averageMs).map((notes) => notes.map(({ kind }) => kind).join());
}

const none = ['', '', '', '', '', ''];

describe('what overlap would do', () => {
  it.each(['skip', 'bufferOne', 'bufferAll', 'cancelOther', 'allowAll'] as const)(
    'is nothing with %s while each ends before the next is due',
    (policy) => {
      expect(kinds(policy, 1_000)).toEqual(none);
    },
  );

  it('is nothing where all may run at a time', () => {
    expect(kinds('allowAll', 60_000)).toEqual(none);
  });

  it('is to leave out what meets a running one', () => {
    expect(kinds('skip', 2_500)).toEqual([
      '',
      'overlap-skip',
      'overlap-skip',
      '',
      'overlap-skip',
      'overlap-skip',
    ]);
  });

  it('is to keep one waiting, and to leave out what finds one waiting', () => {
    const [buffer, skip] = ['overlap-buffer', 'overlap-skip'];
    expect(kinds('bufferOne', 2_500)).toEqual(['', buffer, skip, buffer, skip, buffer]);
  });

  it('is to let all wait, each longer than the one before', () => {
    const waits = overlapNotes([0, 1_000, 2_000], 'bufferAll', 2_500).flat();
    expect(waits.map(({ detail }) => detail.split(':')[0])).toEqual(['waits 1500 ms', 'waits 3000 ms']);
  });

  it('is to end the one before', () => {
    expect(kinds('cancelOther', 1_001)).toEqual(['', ...Array<string>(5).fill('overlap-cancel')]);
  });
});
