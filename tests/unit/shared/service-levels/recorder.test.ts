import { describe, expect, it, onTestFinished } from 'vitest';
import { ServiceLevelRecorder } from '../../../../shared/service-levels/recorder.js';
import { openSqliteStore } from '../../../../shared/store/sqlite/sqlite-store.js';
import { createLogger } from '../../../../shared/telemetry/logger.js';
import { ServiceLevelKeeper } from '../../../../services/scheduler/service-level-keeper.js';
import { countedOnce, hourMs, minuteMs, sumOf } from '../../../../shared/timers/service-level.js';
import type { Verdict } from '../../../../shared/timers/outcome.js';
import { ManualClock } from '../../../support/manual-clock.js';

async function setup() {
  const store = await openSqliteStore({ path: ':memory:' });
  const clock = new ManualClock();
  const log = createLogger({ level: 'silent', service: 'worker', name: 'worker-1' });
  const begin = clock.now();
  const outage = { away: false };
  const put: typeof store.serviceLevels.put = (rows) =>
    outage.away ? Promise.reject(new Error('away')) : store.serviceLevels.put(rows);
  const recorder = new ServiceLevelRecorder({ serviceLevels: { put }, clock, log });
  const leading = { leads: true };
  const keeper = new ServiceLevelKeeper({
    ...{ serviceLevels: store.serviceLevels, clock, log, serviceLevelRetentionMs: 24 * hourMs },
    leads: () => leading.leads,
  });
  recorder.start();
  onTestFinished(async () => {
    await Promise.all([recorder.stop(), keeper.stop()]);
    await store.close();
  });
  const record = (verdict: Verdict, lateMs = 7, n = 1): void => {
    const sentAt = clock.now();
    const receipt = { scheduledFor: 0, claimedAt: 0, publishedAt: 0, startedAt: 0, firstByteAt: 0 };
    recorder.record(
      { namespace: 'shop', dueAt: sentAt - lateMs, clockOffsetMs: 0 },
      { n, verdict, receipt: { ...receipt, sentAt, finishedAt: sentAt } },
    );
  };
  const read = () => store.serviceLevels.read({ namespace: 'shop', from: 0, to: begin + 1_000 * hourMs });
  const sum = async () => sumOf(countedOnce(await read()).map(({ level }) => level));
  return { begin, clock, outage, recorder, keeper, leading, record, read, sum };
}

const succeeded: Verdict = { state: 'succeeded' };
const failed: Verdict = { state: 'failed', reason: 'no' };
const retrying: Verdict = { state: 'retrying', at: 0, reason: 'no' };

describe('the recorder of service levels', () => {
  it('stores one row a minute, again and again, with all that was counted in it', async () => {
    const { clock, record, read, sum, begin } = await setup();
    record(succeeded);
    await clock.advance(5_000);
    record(retrying);
    record(failed, 7, 2);
    await clock.advance(5_000);
    expect(await read()).toMatchObject([{ from: begin, spanMs: minuteMs }]);
    expect(await sum()).toMatchObject({ succeeded: 1, failed: 1, aborted: 0, attempts: 3 });
    await clock.advance(minuteMs);
    record(succeeded);
    await clock.advance(5_000);
    expect((await read()).map(({ from }) => from)).toEqual([begin, begin + minuteMs]);
  });

  it('counts lateness of first attempts alone', async () => {
    const { clock, record, sum } = await setup();
    record(retrying, 7);
    record(succeeded, 5_000, 2);
    await clock.advance(5_000);
    expect(Object.values((await sum()).lateness)).toEqual([1]);
  });

  it('stores after an outage what it counted meanwhile, once', async () => {
    const { clock, outage, record, sum } = await setup();
    outage.away = true;
    record(succeeded);
    await clock.advance(2 * minuteMs);
    record(succeeded);
    outage.away = false;
    await clock.advance(10_000);
    expect(await sum()).toMatchObject({ succeeded: 2 });
  });

  it('stores what is left when it stops', async () => {
    const { recorder, clock, record, sum } = await setup();
    await clock.advance(1);
    record(succeeded);
    await recorder.stop();
    expect(await sum()).toMatchObject({ succeeded: 1 });
  });
});

describe('the keeper of service levels', () => {
  it('makes an hour of its minutes when it is two hours over, with the same sum, and forgets it after its time', async () => {
    const { begin, clock, keeper, record, read, sum } = await setup();
    for (let minute = 0; minute < 3; minute++) {
      record(succeeded, 7 + minute);
      record(failed, 9);
      await clock.advance(minuteMs);
    }
    const before = await sum();
    keeper.start();
    await clock.advance(2 * hourMs);
    expect(await read()).toHaveLength(3);
    await clock.advance(hourMs);
    expect(await read()).toMatchObject([{ from: begin, spanMs: hourMs, source: 'all' }]);
    expect(await sum()).toEqual(before);
    await clock.advance(24 * hourMs);
    expect(await read()).toEqual([]);
  });

  it('leaves them alone while it does not lead', async () => {
    const { clock, keeper, leading, record, read } = await setup();
    leading.leads = false;
    record(succeeded);
    keeper.start();
    await clock.advance(5 * hourMs);
    expect(await read()).toMatchObject([{ spanMs: minuteMs }]);
  });

  it('does not count minutes beside the hour that they are in', async () => {
    const { begin, clock, record, read, sum, keeper } = await setup();
    record(succeeded);
    await clock.advance(5_000);
    const [minute] = await read();
    expect(minute!.from).toBe(begin);
    const hour = { ...minute!, spanMs: hourMs, source: 'all' };
    expect(countedOnce([minute!, hour])).toEqual([hour]);
    keeper.start();
    expect(await sum()).toMatchObject({ succeeded: 1 });
  });
});
