/** The bus's contract in one process. */
import { describe, expect, it } from 'vitest';
import { openInProcessQueue } from '../../shared/queue/in-process/in-process.js';
import { eventually } from '../support/eventually.js';
import { busContract, heard } from './bus-contract.js';

describe('the bus of one process', () => {
  busContract(async () => {
    const { bus, close } = openInProcessQueue({ onProblem() {} });
    return { bus, peer: bus, close };
  });

  it('gives listeners a copy, as it would between processes', async () => {
    const { bus } = openInProcessQueue();
    const { messages, listener } = heard();
    await bus.subscribe('a', listener);
    const payload = { list: [1] };
    bus.publish('a', payload);
    payload.list.push(2);
    await eventually('it was heard', () => messages.length === 1);
    expect(messages).toEqual([['a', { list: [1] }]]);
  });
});
