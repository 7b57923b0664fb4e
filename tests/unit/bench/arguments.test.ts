import { describe, expect, it } from 'vitest';
import { parseBenchArguments, usageOf } from '../../bench/arguments.js';

const known = { systems: ['floor', 'embedded'], workloads: ['drain', 'backlog'] };
const parse = (...words: string[]) => parseBenchArguments(words, known);

describe('the options of the bench', () => {
  it('run everything three times at full length and write nothing unless told', () => {
    expect(parse()).toEqual({ ...known, rounds: 3, scale: 1, write: false, quick: false });
  });

  it('take a part of it', () => {
    const part = parse(
      '--systems',
      'embedded',
      '--workloads',
      'drain',
      '--rounds',
      '1',
      '--scale',
      '0.1',
      '--write',
    );
    expect(part).toEqual({
      systems: ['embedded'],
      workloads: ['drain'],
      rounds: 1,
      scale: 0.1,
      write: true,
      quick: false,
    });
  });

  it.each([
    [['--systems', 'celery'], '--systems knows no celery'],
    [['--workloads', 'drain,nap'], '--workloads knows no nap'],
    [['--rounds', '0'], '--rounds must be a whole number from 1'],
    [['--scale', '2'], '--scale must be above 0 and at most 1'],
    [['--scale', 'much'], '--scale must be above 0 and at most 1'],
  ])('refuse %j', (words, message) => {
    expect(() => parse(...words)).toThrow(message);
  });

  it('name every system and workload when help is asked for', () => {
    expect(parse('--help')).toBeNull();
    for (const name of [...known.systems, ...known.workloads]) expect(usageOf(known)).toContain(name);
  });
});
