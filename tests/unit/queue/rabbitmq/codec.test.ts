/** Work messages as bytes: the same again, and nothing else is taken for one. */
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../../../shared/queue/rabbitmq/codec.js';
import { makeDefinition } from '../../../support/factories.js';
import { makeWorkMessage } from '../../../support/work-messages.js';

const asBytes = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('a work message', () => {
  it.each([makeWorkMessage(), makeWorkMessage({ definition: null })])('comes back as it was', (message) => {
    expect(decode(encode(message))).toEqual(message);
  });

  it('may carry fields that a later version added', () => {
    const message = { ...makeWorkMessage(), trace: 'abc' };
    expect(decode(asBytes(message))).toEqual(message);
  });

  it.each(['', 'x', '{', 'null', '1', '[]', '{}'])('is not %j', (text) => {
    expect(decode(Buffer.from(text))).toBeNull();
  });

  it.each(Object.keys(makeWorkMessage().execution))('is refused without its %s', (field) => {
    const message = makeWorkMessage();
    expect(decode(asBytes({ ...message, execution: { ...message.execution, [field]: null } }))).toBeNull();
  });

  it.each([
    { publishedAt: '1' },
    { execution: null },
    { definition: undefined },
    { definition: 'none' },
    { definition: { ...makeDefinition(), target: null } },
  ])('is refused with %j', (change) => {
    expect(decode(asBytes({ ...makeWorkMessage(), ...change }))).toBeNull();
  });
});
