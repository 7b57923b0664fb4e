/** Pause, resume, run now, touch and the test clock itself, asked of one API process and seen by the other. */
import { describe, expect, it } from 'vitest';
import type { ExecutionView } from '../../support/api-client.js';
import type { World } from './world.js';

const start = '2031-01-01T00:00:00Z';

export function describePauses(world: () => World): void {
  describe('a pause', () => {
    it.concurrent(
      'keeps everything from starting until it is resumed, and tells what lay between',
      async () => {
        const place = await world().frozen(start);
        await place.create('it', { every: 'PT1H', anchor: start });
        await place.advance({ by: 'PT90M' });
        expect((await place.other.act('it', 'pause', { reason: 'maintenance' })).body).toMatchObject({
          state: 'paused',
          pause: { reason: 'maintenance', until: null },
        });
        await place.advance({ by: 'PT3H' });
        expect(place.instants('it')).toHaveLength(1);
        await place.one.act('it', 'resume');
        await place.advance({ by: 'PT1H' });
        expect(place.instants('it')).toEqual(['2031-01-01T01:00:00.000Z', '2031-01-01T05:00:00.000Z']);
        const skipped = (await place.executions('it')).filter(({ state }) => state === 'skipped');
        expect(skipped).toMatchObject([
          {
            scheduledFor: '2031-01-01T02:00:00.000Z',
            reason: 'paused',
            skipped: { to: '2031-01-01T04:00:00.000Z', count: 3 },
          },
        ]);
      },
    );

    it.concurrent('until an instant ends by itself', async () => {
      const place = await world().frozen(start);
      await place.create('it', { every: 'PT1H', anchor: start });
      await place.one.act('it', 'pause', { until: '2031-01-01T02:30:00Z' });
      await place.advance({ by: 'PT4H' });
      expect(place.instants('it')).toEqual(['2031-01-01T03:00:00.000Z', '2031-01-01T04:00:00.000Z']);
      expect((await place.other.read('it')).body).toMatchObject({ state: 'active', pause: null });
    });

    it.concurrent('holds a retry, which goes on when it is resumed', async () => {
      const place = await world().frozen(start);
      let calls = 0;
      place.behave('it', () => ({ status: ++calls === 1 ? 500 : 200 }));
      await place.create('it', {
        delay: 'PT1H',
        retries: { backoff: 'fixed', base: 'PT1H', jitter: 'none' },
      });
      await place.advance({ by: 'PT90M' });
      await place.other.act('it', 'pause');
      await place.advance({ by: 'PT5H' });
      expect(place.received('it')).toHaveLength(1);
      await place.one.act('it', 'resume');
      await place.advance({ by: 'PT1M' });
      expect(place.received('it').map(({ attempt }) => attempt)).toEqual([1, 2]);
    });

    it.concurrent('in real time withdraws what was claimed already', async () => {
      const place = world().place();
      await place.create('it', { delay: '1500ms' });
      await place.other.act('it', 'pause');
      await place.create('after', { delay: '3s' });
      await place.arrived('after', 1);
      expect(place.received('it')).toEqual([]);
      expect((await place.one.read('it')).body.state).toBe('paused');
    });

    it.concurrent('until an instant in real time ends in time for what comes right after', async () => {
      const place = world().place();
      await place.create('it', { cron: '* * * * * *', maxRuns: 3 });
      const until = Date.now() + 4_000;
      await place.other.act('it', 'pause', { until: new Date(until).toISOString() });
      await place.isEventually('it', 'completed');
      const after = place.received('it').filter(({ scheduledFor }) => scheduledFor! > until);
      expect(after.length).toBeGreaterThan(0);
      const between = (request: { scheduledFor: number | null }) =>
        request.scheduledFor! <= until && request.scheduledFor! > until - 3_500;
      expect(place.received('it').filter(between)).toEqual([]);
    });
  });
}

export function describeManualRuns(world: () => World): void {
  describe('running now', () => {
    it.concurrent('calls once for each id, whichever process is asked', async () => {
      const place = world().place();
      await place.create('it', { cron: '0 0 1 1 *' });
      const answers = await Promise.all(
        [place.one, place.other, place.one].map((api) => api.act('it', 'run', { id: 'one' })),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
      await place.one.act('it', 'run', { id: 'two' });
      await place.arrived('it', 2);
      const executions: ExecutionView[] = await place.executions('it');
      expect(executions).toHaveLength(2);
      expect(executions.map(({ trigger }) => trigger)).toEqual(['manual', 'manual']);
      expect((await place.other.read('it')).body).toMatchObject({ state: 'active', runs: 0 });
    });
  });
}

export function describeWatchdogs(world: () => World): void {
  describe('a watchdog', () => {
    it.concurrent('stays silent while it is touched in time, and fires when it is not', async () => {
      const place = await world().frozen(start);
      await place.create('it', { delay: 'PT1H' });
      for (const api of [place.one, place.other, place.one]) {
        await place.advance({ by: 'PT50M' });
        expect((await api.act('it', 'touch')).status).toBe(200);
      }
      expect(place.received('it')).toEqual([]);
      await place.advance({ by: 'PT61M' });
      expect(place.instants('it')).toEqual(['2031-01-01T03:30:00.000Z']);
      expect((await place.other.act('it', 'touch')).status).toBe(409);
    });

    it.concurrent('in real time is put off though it is claimed already', async () => {
      const place = world().place();
      await place.create('it', { delay: '2s' });
      await place.create('before', { delay: '1500ms' });
      await place.arrived('before', 1);
      expect((await place.other.act('it', 'touch')).status).toBe(200);
      await place.create('between', { delay: '1s' });
      await place.arrived('between', 1);
      expect(place.received('it')).toEqual([]);
      await place.arrived('it', 1);
    });
  });
}

export function describeTestClocks(world: () => World): void {
  describe('a test clock', () => {
    it.concurrent('stands still, is the time of its namespace, and touches no other', async () => {
      const frozen = await world().frozen(start);
      const other = world().place();
      expect((await frozen.create('it', { delay: '1s' })).nextDueAt).toBe('2031-01-01T00:00:01.000Z');
      await other.create('it', { delay: '1s' });
      await other.arrived('it', 1);
      expect(frozen.received('it')).toEqual([]);
      await frozen.advance({ by: 'PT1S' });
      expect(frozen.received('it')).toHaveLength(1);
    });

    it.concurrent('fires in the order in which things fall due, retries among them', async () => {
      const place = await world().frozen(start);
      place.behave('first', ({ attempt }) => ({ status: attempt === 1 ? 500 : 200 }));
      const retries = { backoff: 'fixed', base: 'PT1H', jitter: 'none' };
      await place.create('second', { delay: 'PT90M' });
      await place.create('first', { delay: 'PT1H', retries });
      await place.create('third', { delay: 'PT3H' });
      await place.advance({ by: 'PT4H' });
      const order = [...place.received('first'), ...place.received('second'), ...place.received('third')]
        .sort((a, b) => a.arrivedAt - b.arrivedAt)
        .map(({ timerId, attempt }) => `${timerId}#${attempt}`);
      expect(order).toEqual(['first#1', 'second#1', 'first#2', 'third#1']);
    });
  });

  describe('an outage in the middle of an advance', { timeout: 90_000 }, () => {
    it('leaves the clock where it is, and it goes on afterwards', async () => {
      const place = await world().frozen(start);
      await place.create('it', { every: 'PT1H', anchor: start, maxRuns: 60 });
      place.behave('it', { status: 200, delayMs: 20 });
      const advanced = place.advance({ by: 'P4D' }).catch(() => undefined);
      await place.arrived('it', 5);
      await world().ground.outage(() => Promise.resolve());
      await advanced;
      await place.isEventually('it', 'completed');
      const distinct = [...new Set(place.instants('it'))];
      expect(distinct).toHaveLength(60);
      expect(distinct).toEqual([...distinct].sort());
    });
  });
}
