import { describe, expect, it } from 'vitest';
import { envelopeIn, Inbox, type Message } from '../../../../../shared/coordination/ranked/messages.js';

const tenure = { term: 3, leader: 'a', termVersion: 3, leaseVersion: 17, ended: false };

function envelope(message: object) {
  return { from: 'a~1', number: 1, sentAt: 5, message };
}

describe('an envelope', () => {
  const messages: Message[] = [
    { kind: 'lead', ...tenure },
    { kind: 'resign', ...tenure, ended: true },
    { kind: 'stand', rank: 100 },
    { kind: 'object', to: 'b~1', grounds: { leaderHeardAgo: 3 } },
    { kind: 'object', to: 'b~1', grounds: { candidate: 'c~1', rank: 100 } },
    { kind: 'leave' },
  ];

  it.each(messages)('is found in what the bus delivers: %o', (message) => {
    const sent = envelope(message);
    expect(envelopeIn(JSON.parse(JSON.stringify(sent)))).toEqual(sent);
  });

  it.each([
    null,
    'lead',
    {},
    envelope({}),
    envelope({ kind: 'toString' }),
    envelope({ kind: 'stand', rank: 'high' }),
    envelope({ kind: 'lead', ...tenure, term: null }),
    envelope({ kind: 'lead', ...tenure, ended: true }),
    envelope({ kind: 'object', to: 'b~1', grounds: {} }),
    { ...envelope({ kind: 'leave' }), from: 7 },
    { ...envelope({ kind: 'leave' }), number: 0.5 },
  ])('is not found in %o', (payload) => {
    expect(envelopeIn(payload)).toBeNull();
  });
});

describe('an inbox', () => {
  it('lets each sender be heard in order, each envelope once', () => {
    const inbox = new Inbox();
    const heard = [
      ['a', 1],
      ['b', 1],
      ['a', 3],
      ['a', 2],
      ['a', 3],
      ['b', 2],
    ].filter(([from, number]) => inbox.accepts({ from: from as string, number: number as number }));
    expect(heard.map((pair) => pair.join(''))).toEqual(['a1', 'b1', 'a3', 'b2']);
  });

  it('remembers those who spoke last, of any number of senders', () => {
    const inbox = new Inbox();
    for (let i = 0; i < 300; i++) {
      inbox.accepts({ from: 'constant', number: i + 1 });
      inbox.accepts({ from: `passing-${i}`, number: 1 });
    }
    expect(inbox.accepts({ from: 'constant', number: 300 })).toBe(false);
    expect(inbox.accepts({ from: 'passing-299', number: 1 })).toBe(false);
    expect(inbox.accepts({ from: 'passing-0', number: 1 })).toBe(true);
  });
});
