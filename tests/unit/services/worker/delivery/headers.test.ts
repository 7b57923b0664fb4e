import { describe, expect, it } from 'vitest';
import { callbackHeaders } from '../../../../../services/worker/delivery/headers.js';
import { makeDefinition } from '../../../../support/factories.js';
import { seededRandom } from '../../../../support/seeded-random.js';
import { makeWorkMessage } from '../../../../support/work-messages.js';

function setup(userHeaders: Record<string, string> = {}) {
  const { execution } = makeWorkMessage();
  const plain = makeDefinition();
  const definition = makeDefinition({ target: { ...plain.target, headers: userHeaders } });
  const random = seededRandom(1);
  const headers = (attempt = 1) =>
    callbackHeaders({ execution, definition, attempt, now: 1_893_456_001_999, random });
  return { execution, headers };
}

describe('callback headers', () => {
  it('name the execution, the timer, its time and the attempt', () => {
    const { execution, headers } = setup();
    expect(headers(3)).toMatchObject({
      'webhook-id': execution.id,
      'webhook-timestamp': '1893456001',
      'timer-id': execution.timerId,
      'timer-scheduled-for': '2030-01-01T00:00:01.000Z',
      'timer-attempt': '3',
      'timer-max-attempts': '5',
    });
  });

  it('keep what the user set, but never let it take the place of ours', () => {
    const { execution, headers } = setup({ 'x-own': '1', 'user-agent': 'mine', 'webhook-id': 'forged' });
    expect(headers()).toMatchObject({ 'x-own': '1', 'user-agent': 'mine', 'webhook-id': execution.id });
  });

  it('put all attempts of an execution into one trace, each as a span of its own', () => {
    const { headers } = setup();
    const [one, two] = [headers(1).traceparent!, headers(2).traceparent!];
    for (const parent of [one, two]) expect(parent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(one.split('-')[1]).toBe(two.split('-')[1]);
    expect(one.split('-')[2]).not.toBe(two.split('-')[2]);
  });
});
