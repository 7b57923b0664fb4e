/** The main job on the real stack: several processes, a real MongoDB, RabbitMQ and ZooKeeper, a real receiver. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiClient } from '../support/api-client.js';
import { startCallbackServer, type CallbackServer } from '../support/callback-server.js';
import { startTestStack, type Stack } from '../support/stack.js';

const eventually = (claim: () => Promise<void>) => vi.waitFor(claim, { timeout: 20_000, interval: 50 });

describe('the main job on the real stack', { timeout: 60_000 }, () => {
  let stack: Stack;
  let receiver: CallbackServer;
  let apis: ApiClient[];
  beforeAll(async () => {
    receiver = await startCallbackServer();
    stack = await startTestStack({ apis: 2, schedulers: 2, workers: 2 });
    apis = stack
      .parts()
      .filter(({ role }) => role === 'api')
      .map(({ url }) => new ApiClient(url!));
  }, 180_000);
  afterAll(async () => {
    await stack?.stop();
    await receiver?.close();
  }, 60_000);

  /** A path of its own for each test, and what arrived there. */
  function at(path: string) {
    return {
      url: receiver.url + path,
      received: () => receiver.received.filter((request) => request.path === path),
      wait: (count: number, limitMs = 20_000) =>
        receiver.waitFor((all) => all.filter((request) => request.path === path).length >= count, limitMs),
    };
  }

  it('calls the URL once, not before its time, and tells the story afterwards', async () => {
    const { url, received, wait } = at('/once');
    const target = { url, method: 'PUT', headers: { 'x-own': 'yes' }, body: { hello: 'world' } };
    const created = await apis[0]!.create({ id: 'once', delay: '2s', target });
    expect(created.status).toBe(201);
    await wait(1);
    const [request] = received();
    expect(request).toMatchObject({ method: 'PUT', body: '{"hello":"world"}', timerId: 'once', attempt: 1 });
    expect(request!.headers).toMatchObject({ 'x-own': 'yes', 'content-type': 'application/json' });
    expect(request!.arrivedAt).toBeGreaterThanOrEqual(Date.parse(created.body.nextDueAt!));
    await eventually(async () => expect((await apis[1]!.read('once')).body.state).toBe('completed'));
    const [execution] = await apis[1]!.executions('once');
    expect(execution).toMatchObject({ id: request!.executionId, state: 'succeeded' });
    const { receipt, status, worker } = execution!.attempts[0]!;
    expect(status).toBe(204);
    expect(worker).toMatch(/^worker-[12]/);
    const steps = ['claimedAt', 'publishedAt', 'startedAt', 'sentAt', 'firstByteAt', 'finishedAt'].map(
      (step) => Date.parse(receipt[step]!),
    );
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(received()).toHaveLength(1);
  });

  it('repeats a failed call by the retry policy, under one execution id', async () => {
    const { url, received, wait } = at('/flaky');
    let calls = 0;
    receiver.behave('/flaky', () => ({ status: ++calls < 3 ? 503 : 200 }));
    await apis[0]!.create({
      id: 'flaky',
      delay: '1s',
      target: { url },
      retries: { backoff: 'fixed', base: '200ms', jitter: 'none' },
    });
    await wait(3);
    expect(received().map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(new Set(received().map(({ executionId }) => executionId)).size).toBe(1);
    await eventually(async () => {
      const [execution] = await apis[0]!.executions('flaky');
      expect(execution!.state).toBe('succeeded');
      expect(execution!.attempts.map(({ status }) => status)).toEqual([503, 503, 200]);
    });
  });

  it('ends as failed, with each reason, when no attempt succeeds', async () => {
    const target = { url: 'http://127.0.0.1:9/refused' };
    await apis[0]!.create({
      id: 'refused',
      delay: '500ms',
      target,
      retries: { maxAttempts: 2, backoff: 'fixed', base: '100ms' },
    });
    await eventually(async () => {
      const [execution] = await apis[0]!.executions('refused');
      expect(execution?.state).toBe('failed');
      expect(execution!.attempts.map(({ error }) => error!.code)).toEqual([
        'connection-refused',
        'connection-refused',
      ]);
    });
    expect((await apis[0]!.read('refused')).body.state).toBe('completed');
  });

  it('does not call what was cancelled before its time, even when it was claimed already', async () => {
    const cancelled = at('/cancelled');
    const witness = at('/cancelled-witness');
    await apis[0]!.create({ id: 'cancelled', delay: '1500ms', target: { url: cancelled.url } });
    await apis[0]!.create({ id: 'witness', delay: '3s', target: { url: witness.url } });
    await eventually(async () => expect((await apis[1]!.executions('cancelled'))[0]?.state).toBe('claimed'));
    expect((await apis[1]!.cancel('cancelled')).status).toBe(200);
    await witness.wait(1);
    expect(cancelled.received()).toEqual([]);
    expect((await apis[0]!.executions('cancelled'))[0]!.state).toBe('cancelled');
  });

  it('follows a change made after the claim, and calls only once', async () => {
    const old = at('/moved-old');
    const fresh = at('/moved-new');
    await apis[0]!.create({ id: 'moved', delay: '1500ms', target: { url: old.url } });
    await eventually(async () => expect((await apis[1]!.executions('moved'))[0]?.state).toBe('claimed'));
    const change = await apis[1]!.call('PATCH', '/v1/timers/moved', {
      delay: '1s',
      target: { url: fresh.url },
    });
    expect(change.status).toBe(200);
    await fresh.wait(1);
    await eventually(async () => expect((await apis[0]!.read('moved')).body.state).toBe('completed'));
    expect([old.received().length, fresh.received().length]).toEqual([0, 1]);
  });

  it('is as punctual for a timer created 300 ms ahead', async () => {
    const { url, received, wait } = at('/short');
    const { body } = await apis[0]!.create({ delay: '300ms', target: { url } });
    await wait(1);
    expect(received()[0]!.arrivedAt).toBeGreaterThanOrEqual(Date.parse(body.nextDueAt!));
  });

  it('calls every timer of a batch of 1,000 exactly once', async () => {
    const { url, received, wait } = at('/batch');
    const timers = Array.from({ length: 1_000 }, (_, i) => ({
      id: `batch-${i}`,
      delay: '3s',
      target: { url },
    }));
    const { body } = await apis[0]!.call<{ results: { status: number }[] }>('POST', '/v1/timers:batch', {
      timers,
    });
    expect(body.results.map(({ status }) => status)).toEqual(timers.map(() => 201));
    await wait(1_000, 30_000);
    await eventually(async () => {
      const { body: open } = await apis[0]!.call<{ data: unknown[] }>(
        'GET',
        '/v1/timers?state=active&limit=1',
      );
      expect(open.data).toEqual([]);
    });
    expect(new Set(received().map(({ timerId }) => timerId)).size).toBe(1_000);
    expect(received()).toHaveLength(1_000);
  });

  it('says on every part which dependency is missing, and nothing is missing', async () => {
    for (const { adminUrl } of stack.parts().filter((part) => part.adminUrl)) {
      const answer = await fetch(`${adminUrl}/health/ready`);
      expect([answer.status, await answer.json()]).toMatchObject([200, { ready: true }]);
      expect(await (await fetch(`${adminUrl}/metrics`)).text()).toContain('carillon_');
    }
  });
});
