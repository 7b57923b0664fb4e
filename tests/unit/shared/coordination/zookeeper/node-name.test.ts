import { describe, expect, it } from 'vitest';
import {
  candidatePrefix,
  candidatesInLine,
  nodeName,
} from '../../../../../shared/coordination/zookeeper/node-name.js';

describe('the names of ephemeral nodes', () => {
  const owner = { incarnation: 'scheduler-1~a0b1', session: '0100000dec890000' };

  it('tell the incarnation and the session', () => {
    expect(nodeName(owner)).toBe('scheduler-1~a0b1_0100000dec890000');
  });

  it('are read back with the sequence number that the server has added', () => {
    const name = `${candidatePrefix(owner)}0000000042`;
    expect(candidatesInLine([name])).toEqual([{ ...owner, name, sequence: 42 }]);
  });

  it('are read back whatever characters the incarnation has', () => {
    const odd = { incarnation: 'a/b_c-0000000001 ü', session: 'ffffffffffffffff' };
    const name = `${candidatePrefix(odd)}0000000007`;
    expect(name).not.toContain('/');
    expect(candidatesInLine([name])).toMatchObject([odd]);
  });

  it('stand in the order of their numbers, whoever they belong to', () => {
    const names = ['z', 'm', 'a'].map(
      (incarnation, i) => `${candidatePrefix({ ...owner, incarnation })}${String(8 + i).padStart(10, '0')}`,
    );
    const line = candidatesInLine([names[2]!, names[0]!, names[1]!]);
    expect(line.map(({ incarnation, sequence }) => [incarnation, sequence])).toEqual([
      ['z', 8],
      ['m', 9],
      ['a', 10],
    ]);
  });

  it('of another form are no candidates', () => {
    const names = ['', 'zookeeper', nodeName(owner), `${candidatePrefix(owner)}42`, 'a_xyz-0000000001'];
    expect(candidatesInLine(names)).toEqual([]);
  });
});
