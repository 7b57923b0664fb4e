import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WalSync } from '../../../../../shared/store/sqlite/wal-sync.js';
import { settlePromises } from '../../../../support/manual-clock.js';

function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-wal-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'db');
  writeFileSync(`${path}-wal`, '');
  const running: ((error: Error | null) => void)[] = [];
  const wal = new WalSync(path, (_file, done) => void running.push(done));
  const told: string[] = [];
  const wait = (name: string) =>
    wal.synced().then(
      () => told.push(name),
      (error: Error) => told.push(`${name}: ${error.message}`),
    );
  const finish = async (error: Error | null = null) => {
    running.shift()!(error);
    await settlePromises();
  };
  return { wal, running, told, wait, finish };
}

describe('the sync of the log', () => {
  it('begins at once when none is under way', async () => {
    const { running, told, wait, finish } = setup();
    void wait('a');
    expect(running).toHaveLength(1);
    await finish();
    expect(told).toEqual(['a']);
  });

  it('serves all who came while one was under way by one more, begun after it', async () => {
    const { running, told, wait, finish } = setup();
    void wait('a');
    for (const name of ['b', 'c', 'd']) void wait(name);
    expect(running).toHaveLength(1);
    await finish();
    expect([told, running.length]).toEqual([['a'], 1]);
    await finish();
    expect(told).toEqual(['a', 'b', 'c', 'd']);
    void wait('e');
    expect(running).toHaveLength(1);
  });

  it('trusts no sync after one has failed', async () => {
    const { running, told, wait, finish } = setup();
    void wait('a');
    void wait('b');
    await finish(new Error('EIO'));
    await wait('c');
    expect(told.map((line) => line.replace(/ the store.*/, ''))).toEqual(['a:', 'b:', 'c:']);
    expect(running).toEqual([]);
  });

  it('waits on close for what is under way', async () => {
    const { wal, told, wait, finish } = setup();
    void wait('a');
    void wait('b');
    const closed = wal.close().then(() => told.push('closed'));
    await finish();
    await finish();
    await closed;
    expect(told).toEqual(['a', 'b', 'closed']);
  });
});
