/** What the worker promises, with all its parts. */
import { describe, expect, it } from 'vitest';
import { startCallbackServer } from '../../../support/callback-server.js';
import { eventually } from '../../../support/eventually.js';
import { baseTime } from '../../../support/factories.js';
import { settlePromises } from '../../../support/manual-clock.js';
import { away, closers, setup } from './world.js';

describe('an execution', () => {
  it('is called at its instant, and its attempt is kept with the receipt', async () => {
    const { publish, reaches, read, server, isAcknowledged } = await setup();
    server.behave('/', { status: 200, headers: { 'content-type': 'text/plain' }, body: 'done' });
    const message = await publish();
    await reaches(message, 'succeeded');
    await isAcknowledged(message);
    const { id, attempts } = await read(message);
    expect(server.received).toMatchObject([
      { executionId: id, timerId: message.execution.timerId, attempt: 1 },
    ]);
    expect(attempts).toMatchObject([
      {
        id: `${id}#1`,
        outcome: 'succeeded',
        status: 200,
        worker: 'worker-1~aaaa',
        response: { body: 'done', truncated: false, headers: { 'content-type': 'text/plain' } },
        receipt: {
          scheduledFor: baseTime,
          claimedAt: baseTime,
          publishedAt: baseTime + 1,
          startedAt: baseTime,
          sentAt: baseTime,
          firstByteAt: baseTime,
          finishedAt: baseTime,
        },
      },
    ]);
  });

  it('is called once though its message comes twice, in any order of the copies', async () => {
    const { claim, queue, server, clock, acknowledged } = await setup();
    const message = await claim({ callAt: baseTime + 50 });
    await queue.publish([message, message]);
    await eventually('one copy is acknowledged', () => acknowledged.length === 1);
    await clock.advance(50);
    await eventually('both are acknowledged', () => acknowledged.length === 2);
    await queue.publish([message]);
    await eventually('a late copy is acknowledged', () => acknowledged.length === 3);
    expect(server.received).toHaveLength(1);
  });

  it('is not called when its start is lost', async () => {
    const { claim, queue, server, isAcknowledged, read } = await setup();
    const message = await claim();
    await queue.publish([{ ...message, execution: { ...message.execution, claim: 2 } }]);
    await isAcknowledged(message);
    expect(server.received).toHaveLength(0);
    expect((await read(message)).state).toBe('claimed');
  });

  it('is started by the valid message although one of another claim came first', async () => {
    const { claim, queue, reaches } = await setup();
    const message = await claim();
    await queue.publish([{ ...message, execution: { ...message.execution, claim: 2 } }, message]);
    await reaches(message, 'succeeded');
  });

  it('is not called one millisecond before its instant', async () => {
    const { publish, server, clock, reaches } = await setup();
    const message = await publish({ callAt: baseTime + 40 });
    await reaches(message, 'running');
    await clock.advance(39);
    expect(server.received).toHaveLength(0);
    await clock.advance(1);
    await reaches(message, 'succeeded');
  });

  it('counts as lost only after its instant, its timeout and a margin', async () => {
    const { publish, reaches, read, clock } = await setup();
    const message = await publish({ callAt: baseTime + 40 });
    await reaches(message, 'running');
    expect((await read(message)).wakeAt).toBe(baseTime + 40 + 30_000 + 5_000);
    await clock.advance(40);
  });

  it('that fails is retried when its target asks for it', async () => {
    const { publish, reaches, read, server } = await setup();
    server.behave('/', { status: 503, headers: { 'retry-after': '3600' } });
    const message = await publish();
    await reaches(message, 'retrying');
    const { wakeAt, attempts } = await read(message);
    expect(wakeAt).toBe(baseTime + 3_600_000);
    expect(attempts).toMatchObject([{ outcome: 'failed', status: 503, error: { code: 'status' } }]);
  });

  it('whose definition did not travel is called by the stored one', async () => {
    const { claim, queue, reaches } = await setup();
    const message = await claim();
    await queue.publish([{ ...message, definition: null }]);
    await reaches(message, 'succeeded');
  });

  it('whose definition is stored nowhere fails and says so', async () => {
    const { claim, queue, reaches, read } = await setup();
    const message = await claim();
    await queue.publish([{ ...message, definition: null, execution: { ...message.execution, version: 9 } }]);
    await reaches(message, 'failed');
    expect((await read(message)).attempts).toMatchObject([{ error: { code: 'definition-missing' } }]);
  });
});

describe('the lease', () => {
  it('is needed to start anything', async () => {
    const { publish, presence, clock, read, reaches } = await setup();
    presence.holding = false;
    const message = await publish();
    await eventually('the worker has asked', () => presence.asked > 0);
    presence.asked = 0;
    await clock.advance(1_000);
    expect(presence.asked).toBeLessThan(50);
    expect((await read(message)).state).toBe('claimed');
    presence.holding = true;
    await clock.advance(100);
    await reaches(message, 'succeeded');
  });

  it('is looked at once more when the batch is started', async () => {
    const { publish, presence, read, reaches, clock } = await setup();
    let asked = 0;
    const { holds } = presence;
    presence.holds = () => ++asked === 1;
    const message = await publish();
    await eventually('it was asked again', () => asked > 1);
    await settlePromises();
    expect((await read(message)).state).toBe('claimed');
    presence.holds = holds;
    await clock.advance(100);
    await reaches(message, 'succeeded');
  });

  it('is needed to call: what was started waits for it', async () => {
    const { publish, presence, clock, reaches, server } = await setup();
    const message = await publish({ callAt: baseTime + 40 });
    await reaches(message, 'running');
    presence.holding = false;
    await clock.advance(2_000);
    expect(server.received).toHaveLength(0);
    presence.holding = true;
    await clock.advance(50);
    await reaches(message, 'succeeded');
  });

  it('that does not come back in time leaves the execution to the rescuer', async () => {
    const { publish, presence, clock, reaches, read, server, isAcknowledged } = await setup();
    const message = await publish({ callAt: baseTime + 40 });
    await reaches(message, 'running');
    presence.holding = false;
    await clock.advance(5_100);
    await isAcknowledged(message);
    presence.holding = true;
    await clock.advance(1_000);
    expect(server.received).toHaveLength(0);
    expect((await read(message)).state).toBe('running');
  });

  it('of another incarnation is no lease: what the old one started and did not send is dropped', async () => {
    const { publish, presence, clock, reaches, server, isAcknowledged } = await setup();
    const message = await publish({ callAt: baseTime + 40 });
    await reaches(message, 'running');
    presence.incarnation = 'worker-1~bbbb';
    await clock.advance(40);
    await isAcknowledged(message);
    expect(server.received).toHaveLength(0);
  });

  it('is not needed for a call that was sent: it is settled, whatever became of its incarnation', async () => {
    const { publish, presence, reaches, read, server } = await setup();
    let answer = (): void => undefined;
    server.behave('/', (_received, response) => void (answer = () => response.writeHead(204).end()));
    const message = await publish();
    await server.waitFor(1);
    presence.incarnation = 'worker-1~bbbb';
    presence.holding = false;
    answer();
    await reaches(message, 'succeeded');
    expect((await read(message)).attempts[0]!.worker).toBe('worker-1~aaaa');
  });
});

describe('while the store is away', () => {
  it('nothing is called, and the start is tried again after a pause', async () => {
    const { publish, faults, clock, server, reaches, acknowledged, presence } = await setup();
    let tries = 0;
    faults.start = () => (tries++, away());
    const message = await publish();
    await eventually('a start was tried', () => tries === 1);
    const second = await publish();
    await eventually('both are held', () => presence.report().unstarted === 2);
    await settlePromises();
    expect(tries).toBe(1);
    await clock.advance(1_000);
    await eventually('it was tried again', () => tries > 1);
    expect([server.received.length, acknowledged.length]).toEqual([0, 0]);
    delete faults.start;
    await clock.advance(10_000);
    await reaches(message, 'succeeded');
    await reaches(second, 'succeeded');
    expect(server.received).toHaveLength(2);
  });

  it('a start whose reply was lost is asked for again by the same worker, and given to no other', async () => {
    const { publish, faults, clock, store, reaches, released, server } = await setup();
    let tries = 0;
    faults.start = async (...args) => {
      tries++;
      await store.delivery.start(...args);
      return away();
    };
    const message = await publish();
    await eventually('a start was tried', () => tries === 1);
    await clock.advance(1_000);
    await eventually('it was tried again', () => tries > 1);
    delete faults.start;
    await clock.advance(10_000);
    await reaches(message, 'succeeded');
    expect(released).toEqual([]);
    expect(server.received).toHaveLength(1);
  });

  it('a result is kept and stored later, and only then the message is acknowledged', async () => {
    const { publish, faults, clock, server, reaches, acknowledged, isAcknowledged } = await setup();
    let tries = 0;
    faults.settle = () => (tries++, away());
    const message = await publish();
    await eventually('a settle was tried', () => tries === 1);
    await clock.advance(30_000);
    expect(tries).toBeGreaterThan(5);
    expect(acknowledged).toEqual([]);
    delete faults.settle;
    await clock.advance(5_000);
    await reaches(message, 'succeeded');
    await isAcknowledged(message);
    expect(server.received).toHaveLength(1);
  });

  it('the slot of an unstored result is free for others', async () => {
    const { publish, faults, server } = await setup({ workerConcurrency: 4 });
    faults.settle = away;
    for (let n = 0; n < 8; n++) await publish();
    await server.waitFor(8);
  });

  it('no more than the prefetch is taken, however long it lasts', async () => {
    const { publish, faults, server, clock, queue } = await setup({
      workerConcurrency: 4,
      workerStartBatch: 4,
    });
    faults.settle = away;
    for (let n = 0; n < 12; n++) await publish();
    await server.waitFor(8);
    await clock.advance(60_000);
    expect(server.received).toHaveLength(8);
    expect(await queue.depth()).toBe(4);
  });
});

describe('a host that never answers', () => {
  it('holds its quarter, its surplus is deferred, and the others are served', async () => {
    const { publish, server, clock, reaches, read, isAcknowledged } = await setup();
    server.behave('/hang', 'hang');
    const other = await startCallbackServer();
    closers.push(() => other.close());
    const hanging = [];
    for (let n = 0; n < 4; n++) hanging.push(await publish({}, '/hang'));
    await server.waitFor(2);
    await clock.advance(2_000);
    await reaches(hanging[3]!, 'deferred');
    await isAcknowledged(hanging[3]!);
    const deferred = await read(hanging[2]!);
    expect(deferred).toMatchObject({ state: 'deferred', reason: 'host-busy', attempt: 0, deferrals: 1 });
    expect(deferred.wakeAt).toBeGreaterThanOrEqual(clock.now());
    expect(server.received).toHaveLength(2);
    const served = await publish({ host: `127.0.0.1:${other.port}` });
    await reaches(served, 'succeeded');
  });

  it('keeps the message of a deferral that is not stored', async () => {
    const { publish, server, clock, faults, acknowledged, reaches } = await setup();
    server.behave('/hang', 'hang');
    let tries = 0;
    faults.defer = () => (tries++, away());
    for (let n = 0; n < 2; n++) await publish({}, '/hang');
    await server.waitFor(2);
    const third = await publish({}, '/hang');
    await clock.advance(2_000);
    await eventually('a deferral was tried', () => tries > 0);
    expect(acknowledged).toEqual([]);
    delete faults.defer;
    await eventually('it is deferred', async () => {
      await clock.advance(100);
      return acknowledged.length === 1;
    });
    await reaches(third, 'deferred');
  });
});

describe('stopping', () => {
  it('waits for calls under way and stores their results', async () => {
    const { publish, server, service, read } = await setup();
    let answer = (): void => undefined;
    server.behave('/', (_received, response) => void (answer = () => response.writeHead(204).end()));
    const message = await publish();
    await server.waitFor(1);
    let stopped = false;
    const stopping = service.stop().then(() => (stopped = true));
    await settlePromises();
    expect(stopped).toBe(false);
    answer();
    await stopping;
    expect((await read(message)).state).toBe('succeeded');
  });

  it('gives back what is not started', async () => {
    const { publish, presence, service, queue, read } = await setup();
    presence.holding = false;
    const message = await publish();
    await eventually('it is held', () => presence.report().unstarted === 1);
    await service.stop();
    expect(await queue.depth()).toBe(1);
    expect((await read(message)).state).toBe('claimed');
  });

  it('ends at its deadline and leaves a call that goes on to the rescuer', async () => {
    const { publish, server, service, clock, read } = await setup();
    server.behave('/', 'hang');
    const message = await publish();
    await server.waitFor(1);
    const stopping = service.stop();
    await clock.advance(9_999);
    expect((await read(message)).state).toBe('running');
    await clock.advance(1);
    await stopping;
    expect(await read(message)).toMatchObject({ state: 'running', attempts: [] });
  });

  it('ends at its deadline though the store is away', async () => {
    const { publish, faults, service, clock } = await setup();
    let tries = 0;
    faults.settle = () => (tries++, away());
    await publish();
    await eventually('a settle was tried', () => tries === 1);
    const stopping = service.stop();
    await clock.advance(10_000);
    await stopping;
    expect(tries).toBeGreaterThan(1);
  });

  it('is the same for everybody who asks', async () => {
    const { service } = await setup();
    expect(service.stop()).toBe(service.stop());
    await service.stop();
  });
});

it('reports what it holds unstarted and how many it starts in a second', async () => {
  const { publish, presence, clock, server, reaches } = await setup();
  presence.report();
  await reaches(await publish(), 'succeeded');
  await clock.advance(100);
  presence.holding = false;
  await publish();
  await eventually('it is held', () => presence.report().unstarted === 1);
  presence.report();
  presence.holding = true;
  await clock.advance(500);
  await server.waitFor(2);
  await clock.advance(500);
  expect(presence.report()).toEqual({ unstarted: 0, startedPerSecond: 1 });
});
