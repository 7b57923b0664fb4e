/** How voters and members reach each other: the calls and the form of what they bear. */
import Type from 'typebox';

const name = Type.String({ minLength: 1, maxLength: 64 });
const count = Type.Integer({ minimum: 0 });
const envelope = { from: name, to: name, term: count, version: count };
const flag = Type.Boolean();

function message<Kind extends string, Fields extends Type.TProperties>(kind: Kind, fields: Fields) {
  return Type.Object({ kind: Type.Literal(kind), ...envelope, ...fields }, { additionalProperties: false });
}

const answer = message('answer', { poll: flag, granted: flag });
const echo = message('echo', { sentAt: count });

/** What a voter says to another one, and what that one answers; null: nothing. */
export const raftMessage = {
  name: 'raft-message',
  request: Type.Union([
    message('ask', { poll: flag, handedOver: flag }),
    message('beat', { sentAt: count, installed: flag }),
    message('resignation', { heir: name }),
  ]),
  reply: Type.Union([answer, echo, Type.Null()]),
};

const member = Type.Object(
  { id: Type.String(), name, service: Type.String(), adminUrl: Type.String() },
  { additionalProperties: false },
);

/** A member's sign of life, answered by that of the other one. */
export const memberPulse = { name: 'member-pulse', request: member, reply: member };
