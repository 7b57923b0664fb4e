/**
 * Throughput of POST /v1/timers, 100 connections, beside a bare Fastify route in a process of its own with the same body.
 * npm run performance_test -- [--on embedded|stack|URL] [--seconds 10] [--connections 100]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { startSubject } from './subject.js';

const { values } = parseArgs({
  options: {
    on: { type: 'string', default: 'embedded' },
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '100' },
  },
});

const body = JSON.stringify({
  delay: '1h',
  target: { url: 'http://127.0.0.1:9/callback', method: 'POST', body: { hello: 'world' } },
  tags: ['load'],
});

interface Figures {
  requestsPerSecond: number;
  p50: number;
  p99: number;
  errors: number;
}

async function measure(url: string): Promise<Figures> {
  const { requests, latency, errors, timeouts, non2xx } = await autocannon({
    url: `${url}/v1/timers`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    connections: Number(values.connections),
    duration: Number(values.seconds),
  });
  return {
    requestsPerSecond: Math.round(requests.average),
    p50: latency.p50,
    p99: latency.p99,
    errors: errors + timeouts + non2xx,
  };
}

const subject = await startSubject(values.on);
const bare = fork(join(import.meta.dirname, 'bare-route.js'), { stdio: 'inherit' });
try {
  const [bareUrl] = (await once(bare, 'message')) as [string];
  await measure(subject.urls[0]!);
  const ours = await measure(subject.urls[0]!);
  const floor = await measure(bareUrl);
  console.table({ [subject.name]: ours, 'bare Fastify route': floor });
  console.log(`ratio ${(ours.requestsPerSecond / floor.requestsPerSecond).toFixed(2)}`);
  if (ours.errors > 0) process.exitCode = 1;
} finally {
  bare.kill();
  await subject.stop();
}
