import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DueHeap } from '../../../../services/scheduler/due-heap.js';
import { makeExecution, makeTimer } from '../../../support/factories.js';

function held(callAt: number, id = `e-${callAt}`) {
  return { execution: makeExecution(makeTimer(), { id, callAt }), definition: null };
}

describe('the heap of what is due', () => {
  it('gives back in order of time whatever the order it was filled in', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000 })), (instants) => {
        const heap = new DueHeap();
        instants.forEach((instant, i) => heap.push(held(instant, `e-${i}`)));
        const taken = heap.takeDue(1_000, instants.length).map(({ execution }) => execution.callAt);
        expect(taken).toEqual([...instants].sort((a, b) => a - b));
        expect(heap.size).toBe(0);
      }),
    );
  });

  it('keeps what is not due yet', () => {
    const heap = new DueHeap();
    for (const instant of [30, 10, 20]) heap.push(held(instant));
    expect(heap.takeDue(20, 10).map(({ execution }) => execution.callAt)).toEqual([10, 20]);
    expect(heap.earliest()).toBe(30);
  });

  it('takes no more than it is asked for', () => {
    const heap = new DueHeap();
    for (const instant of [1, 2, 3]) heap.push(held(instant));
    expect(heap.takeDue(10, 2)).toHaveLength(2);
    expect(heap.size).toBe(1);
  });

  it('holds an execution once, and again after it was taken', () => {
    const heap = new DueHeap();
    heap.push(held(1, 'same'));
    heap.push(held(1, 'same'));
    expect(heap.size).toBe(1);
    heap.takeDue(1, 1);
    expect(heap.has('same')).toBe(false);
    heap.push(held(1, 'same'));
    expect(heap.has('same')).toBe(true);
  });

  it.each([
    ['a later claim', { claim: 2 }],
    ['a claim under a later generation', { generation: 2 }],
  ])('gives %s in the place of an earlier one, at its own instant', (_case, newer) => {
    const heap = new DueHeap();
    heap.push(held(10, 'e'));
    const later = held(20, 'e');
    Object.assign(later.execution, newer);
    heap.push(later);
    heap.push(held(10, 'e'));
    expect([heap.size, heap.earliest()]).toEqual([1, 20]);
    expect(heap.takeDue(15, 10)).toEqual([]);
    expect(heap.takeDue(20, 10)).toEqual([later]);
    expect([heap.size, heap.earliest()]).toEqual([0, null]);
  });

  it('is empty after it was cleared', () => {
    const heap = new DueHeap();
    heap.push(held(1, 'a'));
    expect(heap.clear()).toHaveLength(1);
    expect([heap.size, heap.has('a'), heap.earliest()]).toEqual([0, false, null]);
  });
});
