import { describe, expect, it } from 'vitest';
import { missingFor, orderOf, walkOf } from '../../../../shared/timers/timer-filter.js';

describe('the order in which timers are looked at', () => {
  it.each([
    ['id', {}],
    ['id', { state: 'paused' }],
    ['id', { idPrefix: 'a', dueBefore: 1 }],
    ['id', { tag: 'x', dueBefore: 1, createdAfter: 1 }],
    ['id', { host: 'a', state: 'active' }],
    ['nextDueAt', { dueAfter: 1 }],
    ['nextDueAt', { dueAfter: 1, state: 'active' }],
    ['nextDueAt', { dueBefore: 2, state: 'paused', createdAfter: 1 }],
    ['createdAt', { createdBefore: 1 }],
    ['createdAt', { createdAfter: 1, dueAfter: 1 }],
    [null, { createdBefore: 1, dueAfter: 1 }],
    [null, { state: 'paused', dueAfter: 1 }],
  ] as const)('is %s for %o', (order, filter) => {
    expect(orderOf(filter)).toBe(order);
    expect(missingFor(filter).length > 0).toBe(order === null);
  });
});

describe('what is missing', () => {
  it.each([
    ['id', { state: 'active', dueBefore: 1 }, ['tag', 'host', 'idPrefix']],
    ['nextDueAt', { tag: 'x' }, ['dueBefore']],
    ['nextDueAt', { state: 'paused' }, ['dueBefore']],
    ['createdAt', { state: 'completed' }, ['createdAfter']],
    [undefined, { createdBefore: 1, dueAfter: 1 }, ['tag', 'host', 'idPrefix', 'dueBefore', 'createdAfter']],
  ] as const)('in the order %s for %o is any of %o', (order, filter, missing) => {
    expect(missingFor(filter, order)).toEqual(missing);
  });

  it.each([
    ['id', { tag: 'x', dueBefore: 1 }],
    ['nextDueAt', { state: 'active' }],
    ['nextDueAt', { tag: 'x', dueBefore: 1 }],
    ['createdAt', { createdBefore: 1 }],
  ] as const)('in the order %s for %o is nothing', (order, filter) => {
    expect(missingFor(filter, order)).toEqual([]);
  });
});

describe('the index that is walked', () => {
  it.each([
    ['tag', 'id', { tag: 'x', host: 'h', state: 'active', idPrefix: 'a' }, { host: 'h', state: 'active' }],
    ['host', 'id', { host: 'h', state: 'active' }, { state: 'active' }],
    ['state', 'id', { state: 'active' }, {}],
    [null, 'id', { idPrefix: 'a' }, {}],
    [null, 'nextDueAt', { tag: 'x', dueBefore: 1 }, { tag: 'x' }],
    [null, 'createdAt', { createdAfter: 1, idPrefix: 'a' }, { idPrefix: 'a' }],
  ] as const)('is that of %s in the order %s for %o, which leaves %o', (by, order, filter, rest) => {
    expect(walkOf(filter, order)).toEqual({ by, rest });
  });
});
