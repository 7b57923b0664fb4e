import { describe, expect, it } from 'vitest';
import { cpuSecondsOf, entryOf, memoryMbOf, treeOf } from '../../bench/process-usage.js';

/** A line of /proc/PID/stat: user, system, and both of reaped children, in ticks. */
const stat = (pid: number, parent: number, ticks: [number, number, number, number], name = 'node') =>
  `${pid} (${name}) S ${parent} 1 1 0 -1 4194560 1 2 3 4 ${ticks.join(' ')} 20 0 11 0 123`;

describe('the usage of processes', () => {
  it('is read from a line of the process table, reaped children included', () => {
    expect(entryOf(stat(7, 1, [150, 50, 25, 25]))).toEqual({
      pid: 7,
      parent: 1,
      name: 'node',
      cpuSeconds: 2.5,
    });
  });

  it('is not misled by what a process calls itself', () => {
    const entry = entryOf(stat(7, 3, [100, 0, 0, 0], 'a) S 1 (b'));
    expect(entry).toEqual({ pid: 7, parent: 3, name: 'a) S 1 (b', cpuSeconds: 1 });
  });

  it('takes a process with all below it and nobody else', () => {
    const entries = [
      [1, 0],
      [2, 1],
      [3, 2],
      [4, 1],
      [5, 3],
    ].map(([pid, parent]) => entryOf(stat(pid!, parent!, [0, 0, 0, 0])));
    expect(treeOf(2, entries).map(({ pid }) => pid)).toEqual([2, 3, 5]);
    expect(treeOf(9, entries)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('finds this very process using something', () => {
    const part = { name: 'self', pid: process.pid, server: false };
    expect(cpuSecondsOf([part]).get('self')).toBeGreaterThan(0);
    expect(memoryMbOf([part])).toBeGreaterThan(1);
  });
});
