/** How many there are, in answers. */
import Type from 'typebox';

export const countReply = Type.Object(
  {
    count: Type.Integer({ description: 'how many fit; at least so many unless `exact`' }),
    exact: Type.Boolean({ description: 'false where counting ended before the last one' }),
  },
  { description: 'How many.' },
);
