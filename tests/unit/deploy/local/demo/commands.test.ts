import { expect, test } from 'vitest';
import { parseCommand, parseStory, usualStory } from '../../../../../deploy/local/demo/commands.js';

test('a scheduler is named by number, by id, as the leader, or as the last one', () => {
  expect(['kill 2', ' Freeze scheduler-12 ', 'cut leader', 'heal last'].map(parseCommand)).toEqual([
    { kind: 'kill', whom: { id: 'scheduler-2' } },
    { kind: 'freeze', whom: { id: 'scheduler-12' } },
    { kind: 'cut', whom: 'leader' },
    { kind: 'heal', whom: 'last' },
  ]);
});

test('a story is commands apart by semicolons', () => {
  expect(parseStory('add; wait election; ;settings;quit')).toEqual([
    { kind: 'add' },
    { kind: 'wait', wait: 'election' },
    { kind: 'settings' },
    { kind: 'quit' },
  ]);
});

test('the usual story shows an election, handovers and a switch of settings', () => {
  const waits = parseStory(usualStory).flatMap((command) => (command.kind === 'wait' ? [command.wait] : []));
  expect(new Set(waits)).toEqual(new Set(['election', 'handover', 'settings']));
});

for (const text of [
  'kill',
  'kill 0',
  'kill worker-1',
  'kill 1 2',
  'add 2',
  'wait',
  'wait dinner',
  'explode 1',
])
  test(`${JSON.stringify(text)} is refused with the commands there are`, () => {
    expect(() => parseCommand(text)).toThrow('is none of: kill N');
  });
