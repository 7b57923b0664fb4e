/** The variables of the one-process mode. */
import Type, { type Static } from 'typebox';

export const standaloneSchema = Type.Object({
  standaloneData: Type.String({
    default: './data',
    minLength: 1,
    description: 'folder of the SQLite file that keeps everything (npm start -- --data)',
  }),
});

export type StandaloneConfig = Readonly<Static<typeof standaloneSchema>>;
