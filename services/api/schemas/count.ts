/** How many there are, in answers. */
import Type from 'typebox';

export const countAnswer = Type.Object(
  {
    count: Type.Integer({ description: 'how many fit; at least so many unless `exact`' }),
    exact: Type.Boolean({ description: 'false where counting ended before the last one' }),
  },
  { $id: 'Count' },
);

export const countReply = Type.Ref('Count#', { description: 'How many.' });
