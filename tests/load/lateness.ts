/**
 * Lateness at the receiver: timers at a steady rate, created a while ahead, each called once.
 * node build/tests/load/lateness.js --on embedded|stack|URL [--rate 200] [--seconds 60] [--ahead 3000] [--at-once 20000]
 */
import { parseArgs } from 'node:util';
import { quantile, TimerLoad } from '../support/timer-load.js';
import { startSubject } from './subject.js';

const { values } = parseArgs({
  options: {
    on: { type: 'string', default: 'embedded' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
    ahead: { type: 'string', default: '3000' },
    batch: { type: 'string' },
    'at-once': { type: 'string' },
  },
});

const subject = await startSubject(values.on);
const load = await TimerLoad.open({
  urls: subject.urls,
  perSecond: Number(values.rate),
  seconds: Number(values.seconds),
  aheadMs: Number(values.ahead),
  ...(values.batch && { batch: Number(values.batch) }),
});
try {
  const count = Number(values['at-once'] ?? 0);
  const dueAt = Date.now() + 5_000 + count / 2;
  await (count > 0 ? load.createAtOnce(count, dueAt) : load.create());
  await load.settled(Number(values.ahead) + 120_000);
  const { acknowledged, missing, early, doubled, lateness } = load.account();
  const { last } = load.span();
  console.log(
    JSON.stringify({
      on: subject.name,
      timers: acknowledged,
      missing: missing.length,
      early: early.length,
      doubled: doubled.size,
      latenessMs: { p50: quantile(lateness, 0.5), p99: quantile(lateness, 0.99), max: quantile(lateness, 1) },
      ...(count > 0 && { callbacksPerSecond: Math.round((count / (last - dueAt)) * 1_000) }),
    }),
  );
} finally {
  await load.close();
  await subject.stop();
}
