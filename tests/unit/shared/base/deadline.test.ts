import { describe, expect, it, vi } from 'vitest';
import { limited } from '../../../../shared/base/deadline.js';
import { ManualClock } from '../../../support/manual-clock.js';

function setup() {
  const clock = new ManualClock();
  const late = vi.fn(() => new Error('too late'));
  const wait = <Result>(work: Promise<Result>) => limited({ clock, limitMs: 100, late }, work);
  return { clock, late, wait };
}

describe('a limited wait', () => {
  it('settles as the work does, and leaves no alarm behind', async () => {
    const { clock, late, wait } = setup();
    await expect(wait(Promise.resolve('done'))).resolves.toBe('done');
    await expect(wait(Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    await clock.advance(200);
    expect(late).not.toHaveBeenCalled();
  });

  it('ends with the error it was given when the time is over, not before', async () => {
    const { clock, wait } = setup();
    let outcome: unknown = 'waiting';
    wait(new Promise(() => undefined)).catch((error: unknown) => (outcome = error));
    await clock.advance(99);
    expect(outcome).toBe('waiting');
    await clock.advance(1);
    expect(outcome).toEqual(new Error('too late'));
  });
});
