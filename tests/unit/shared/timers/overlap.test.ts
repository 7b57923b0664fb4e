import { describe, expect, it } from 'vitest';
import {
  admit,
  type Admission,
  type Contender,
  defaultOverlapPolicy,
  overlapPolicies,
  type OverlapPolicy,
} from '../../../../shared/timers/overlap.js';

const contender = (scheduledFor: number): Contender => ({ id: `uid-${scheduledFor}`, scheduledFor });
const [first, second, third] = [contender(1), contender(2), contender(3)];

describe('overlap', () => {
  it('lets everything start unless told otherwise', () => {
    expect(admit(defaultOverlapPolicy, third, { running: first, waiting: [second] })).toEqual({
      action: 'start',
    });
  });

  it.each(overlapPolicies)('%s lets an execution start when none runs', (policy) => {
    expect(admit(policy, second, { running: null, waiting: [] })).toEqual({ action: 'start' });
  });

  it.each(overlapPolicies)('%s lets an execution go on that holds the timer itself', (policy) => {
    expect(admit(policy, first, { running: first, waiting: [second] })).toEqual({ action: 'start' });
  });

  it.each<[OverlapPolicy, Admission]>([
    ['skip', { action: 'skip' }],
    ['bufferOne', { action: 'buffer' }],
    ['bufferAll', { action: 'buffer' }],
    ['cancelOther', { action: 'cancelOlder', older: 'uid-1' }],
    ['allowAll', { action: 'start' }],
  ])('%s, while an older one runs: %j', (policy, admission) => {
    expect(admit(policy, second, { running: first, waiting: [] })).toEqual(admission);
  });

  it.each<[OverlapPolicy, Admission]>([
    ['bufferOne', { action: 'skip' }],
    ['bufferAll', { action: 'buffer' }],
  ])('%s, while one runs and another waits: %j', (policy, admission) => {
    expect(admit(policy, third, { running: first, waiting: [second] })).toEqual(admission);
  });

  it.each<OverlapPolicy>(['bufferOne', 'bufferAll'])(
    '%s keeps the one that waits waiting, asked again',
    (policy) => {
      expect(admit(policy, second, { running: first, waiting: [second] })).toEqual({ action: 'buffer' });
    },
  );

  it.each<OverlapPolicy>(['bufferOne', 'bufferAll'])(
    '%s starts the one that waited when the other has ended',
    (policy) => {
      expect(admit(policy, second, { running: null, waiting: [second, third] })).toEqual({ action: 'start' });
    },
  );

  it('bufferAll keeps the order: none overtakes the one that waits', () => {
    expect(admit('bufferAll', third, { running: null, waiting: [second] })).toEqual({ action: 'buffer' });
    expect(admit('bufferAll', third, { running: null, waiting: [second, third] })).toEqual({
      action: 'buffer',
    });
  });

  it('cancelOther takes the one that comes later where both were due at once', () => {
    const twin = { ...second, id: 'uid-run-now' };
    expect(admit('cancelOther', twin, { running: second, waiting: [] })).toEqual({
      action: 'cancelOlder',
      older: 'uid-2',
    });
  });

  it('cancelOther skips an older one that meets a newer', () => {
    expect(admit('cancelOther', first, { running: second, waiting: [] })).toEqual({ action: 'skip' });
  });
});
