/** First in, first out, whatever the order of pushing and shifting. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fifo } from '../../../../shared/queue/in-process/fifo.js';

describe('a fifo', () => {
  it('gives nothing while it is empty, and what is pushed afterwards', () => {
    const fifo = new Fifo<string>();
    expect(fifo.shift()).toBeUndefined();
    fifo.push('a');
    expect(fifo.shift()).toBe('a');
    expect(fifo.shift()).toBeUndefined();
    expect(fifo.size).toBe(0);
  });

  it('behaves as an array does, across its own tidying up', () => {
    const step = fc.record({ pushes: fc.nat(1_500), shifts: fc.nat(1_500) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const fifo = new Fifo<number>();
        let pushed = 0;
        let shifted = 0;
        for (const { pushes, shifts } of steps) {
          for (let i = 0; i < pushes; i++) fifo.push(pushed++);
          for (let i = 0; i < shifts; i++)
            if (fifo.shift() !== (shifted < pushed ? shifted++ : undefined)) return false;
          if (fifo.size !== pushed - shifted) return false;
        }
        return true;
      }),
    );
  });
});
