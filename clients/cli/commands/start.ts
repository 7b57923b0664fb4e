/** `start`: the one-process mode, as `npm start` runs it. */
import type { Command } from '../command.js';

export const start: Command = {
  name: 'start',
  summary: 'Start Carillon in one process, everything kept in a SQLite file',
  options: {
    port: { value: 'PORT', help: '3000 unless given' },
    data: { value: 'FOLDER', help: './data unless given' },
  },
  offline: true,
  examples: ['carillon start --port 3100 --data ./elsewhere'],
  async run({ given, world }) {
    const words = ['port', 'data'].flatMap((name) => {
      const value = given.text(name);
      return value === undefined ? [] : [`--${name}`, value];
    });
    await world.launch(words);
  },
};
