import { expect, test } from 'vitest';
import { isSettled, leaderIn, type Look } from '../../../../../deploy/local/demo/look.js';
import { viewOf } from '../../../../../deploy/local/demo/view.js';

function selfOf(role: string, term: number) {
  return { role, term, ringVersion: 4, settingsVersion: 1 };
}

function memberOf(name: string, service: string) {
  return { name, service, state: 'alive', role: service, heartbeatAgeMs: 640, settingsVersion: 1 };
}

/** Two schedulers share the shards, the third one is away. */
function setup(changes: Partial<Look> = {}): Look {
  const halves = [0, 1].map((half) => Array.from({ length: 32 }, (_, i) => 2 * i + half));
  return {
    at: new Date('2026-01-01T12:00:00.500Z'),
    cluster: {
      leader: { name: 'scheduler-2', term: 7 },
      members: [
        memberOf('scheduler-1', 'scheduler'),
        memberOf('scheduler-2', 'scheduler'),
        memberOf('worker-1', 'worker'),
      ],
      ring: {
        version: 4,
        phase: 'settled',
        owners: [
          { member: 'scheduler-1', shards: halves[0]! },
          { member: 'scheduler-2', shards: halves[1]! },
        ],
      },
      events: [{ at: '2026-01-01T11:59:58.000Z', kind: 'elected', member: 'scheduler-2', term: 7 }],
    },
    schedulers: [
      { id: 'scheduler-1', self: selfOf('leader', 6) },
      { id: 'scheduler-2', self: selfOf('leader', 7) },
      { id: 'scheduler-3', self: null },
    ],
    ...changes,
  };
}

test('shows who leads, who owns how much, what was done to whom, and what happened', () => {
  expect(viewOf(setup(), new Map([['scheduler-3', 'killed']]))).toBe(
    [
      '12:00:00.500  leader scheduler-2, term 7   ring 4, settled',
      '',
      '             is      role    term  shards  ring  settings  heartbeat',
      'scheduler-1  alive   leader  6     32      4     1         0.6 s',
      'scheduler-2  alive   leader  7     32      4     1         0.6 s',
      'scheduler-3  killed  -       -     0       -     -         -',
      '',
      'worker-1 alive, settings 1',
      '',
      '11:59:58.000  elected scheduler-2, term 7',
    ].join('\n'),
  );
});

test('says so when the API does not answer', () => {
  expect(viewOf(setup({ cluster: null }), new Map())).toBe('12:00:00.500  the API does not answer');
});

test('of two that say they lead, the higher term does', () => {
  expect(leaderIn(setup())?.id).toBe('scheduler-2');
});

test('a ring is settled when exactly those who can work share it, and know it', () => {
  expect(isSettled(setup(), ['scheduler-2', 'scheduler-1'])).toBe(true);
  expect(isSettled(setup(), ['scheduler-1', 'scheduler-2', 'scheduler-3'])).toBe(false);
  expect(isSettled(setup(), ['scheduler-1'])).toBe(false);
  const behind = { ...selfOf('follower', 7), ringVersion: 3 };
  const schedulers = [{ id: 'scheduler-1', self: behind }, ...setup().schedulers.slice(1)];
  expect(isSettled(setup({ schedulers }), ['scheduler-1', 'scheduler-2'])).toBe(false);
});
