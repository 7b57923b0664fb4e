/** The limit on waiting for the broker. */
import { describe, expect, it } from 'vitest';
import { within } from '../../../../shared/queue/rabbitmq/deadline.js';
import { ManualClock } from '../../../support/manual-clock.js';

describe('within', () => {
  it('gives what comes in time', async () => {
    expect(await within(new ManualClock(), 100, Promise.resolve('answer'))).toBe('answer');
  });

  it('rejects with queue-unavailable when the time is over, not before', async () => {
    const clock = new ManualClock();
    let outcome: unknown = 'waiting';
    within(clock, 100, new Promise(() => {})).catch((error: unknown) => (outcome = error));
    await clock.advance(99);
    expect(outcome).toBe('waiting');
    await clock.advance(1);
    expect(outcome).toMatchObject({ code: 'queue-unavailable', retryable: true });
  });

  it('translates a rejection and keeps its cause', async () => {
    const cause = new Error('NOT_FOUND');
    await expect(within(new ManualClock(), 100, Promise.reject(cause))).rejects.toMatchObject({
      code: 'queue-unavailable',
      cause,
    });
  });
});
