import { describe, expect, it } from 'vitest';
import { parseChaosArguments } from '../../chaos/arguments.js';
import { markdownTable } from '../../chaos/report.js';
import type { Row } from '../../chaos/trial.js';

describe('the table of driver and fault', () => {
  it('has a line a trial, with times in seconds, and no time where none was asked for', () => {
    const row: Row = {
      coordination: 'raft',
      fault: 'nothing',
      due: 100,
      missing: 0,
      early: 1,
      doubled: 2,
      lostWorkers: 1,
      p50: 3,
      p99: 44,
      longest: 5_678,
      newLeaderMs: null,
      settledMs: 9,
      broken: [],
    };
    expect(markdownTable([row, { ...row, newLeaderMs: 812 }]).split('\n')).toEqual([
      '| coordination | fault   | due | missing | early | doubled | workers lost | p50    | p99    | longest | new leader |',
      '| ------------ | ------- | --- | ------- | ----- | ------- | ------------ | ------ | ------ | ------- | ---------- |',
      '| raft         | nothing | 100 | 0       | 1     | 2       | 1            | 0.00 s | 0.04 s | 5.68 s  | –          |',
      '| raft         | nothing | 100 | 0       | 1     | 2       | 1            | 0.00 s | 0.04 s | 5.68 s  | 0.81 s     |',
    ]);
  });
});

describe('the arguments of chaos', () => {
  it('stand for every clustered kind of coordination and every fault unless told', () => {
    const { coordinations, faults, rate, schedulers } = parseChaosArguments([])!;
    expect({ coordinations, rate, schedulers }).toEqual({
      coordinations: ['raft', 'ranked', 'zookeeper'],
      rate: 500,
      schedulers: 5,
    });
    expect(faults.length).toBeGreaterThan(10);
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
  });

  it('name single ones', () => {
    const given = parseChaosArguments(['--coordination', 'raft', '--scenario', 'kill', '--scenario', 'add']);
    expect(given?.coordinations).toEqual(['raft']);
    expect(given?.faults.map(({ name }) => name)).toEqual(['kill', 'add']);
  });

  it.each([
    [['--coordination', 'single'], '--coordination must be one of raft, ranked, zookeeper'],
    [['--scenario', 'earthquake'], '--scenario must be one of'],
    [['--rate', '0'], '--rate must be a whole number from 1 to 10000'],
    [['--schedulers', 'two'], '--schedulers must be a whole number from 3 to 16'],
  ])('are refused with a word on what is right: %j', (words, message) => {
    expect(() => parseChaosArguments(words)).toThrow(message);
  });

  it('are left alone where help is asked for', () => {
    expect(parseChaosArguments(['--help'])).toBeNull();
  });
});
