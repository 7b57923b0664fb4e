/** Misfires and overlaps, in real time: what runs, what is left out, and what is told of it. */
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Received } from '../../support/callback-server.js';
import { eventually } from '../../support/eventually.js';
import type { Place, World } from './world.js';

const everySecond = { cron: '* * * * * *' };
const outageMs = 6_000;

export function describeMisfires(world: () => World): void {
  describe('after an outage of six seconds a timer of every second', { timeout: 90_000 }, () => {
    it('runs, leaves out and tells what its misfire policy says', async () => {
      const place = world().place();
      const policies = {
        all: { policy: 'all', window: '1s' },
        latest: { policy: 'latest', window: '1s' },
        skip: { policy: 'skip', window: '1s' },
        window: { policy: 'skip', window: '1h' },
        max: { policy: 'all', window: '1s', max: 2 },
      };
      for (const [id, misfire] of Object.entries(policies))
        await place.create(id, { ...everySecond, misfire });
      for (const id of Object.keys(policies)) await place.arrived(id, 1);
      const from = Date.now();
      await world().ground.outage(() => pause(outageMs));
      for (const id of Object.keys(policies)) await resumed(place, id, from + outageMs);
      const within = (id: string) =>
        place.received(id).filter(({ scheduledFor }) => scheduledFor! > from && scheduledFor! < from + 5_000);
      for (const id of ['all', 'window'])
        await eventually(`${id} has caught up`, () => within(id).length >= 5, 30_000);
      for (const id of Object.keys(policies)) await place.one.act(id, 'pause');
      expect(within('all')).toHaveLength(5);
      expect(within('window')).toHaveLength(5);
      expect(within('skip').length).toBeLessThan(2);
      expect(within('latest').length).toBeLessThan(2);
      const reasons = async (id: string) =>
        (await place.executions(id)).flatMap(({ state, reason, skipped }) =>
          state === 'skipped' && skipped ? [reason] : [],
        );
      expect(await reasons('skip')).toContain('too-late');
      expect(await reasons('latest')).toContain('too-late');
      expect(await reasons('max')).toContain('over-max');
      expect(await reasons('all')).toEqual([]);
      expect(await reasons('window')).toEqual([]);
    });
  });
}

/** Waits for a call of an occurrence after that instant. */
function resumed(place: Place, id: string, instant: number): Promise<void> {
  return eventually(
    `${id} goes on`,
    () => place.received(id).some(({ scheduledFor }) => scheduledFor! > instant),
    40_000,
  );
}

/** How many of these calls were under way at the same time, each for so long. */
function atOnce(calls: readonly Received[], ms: number): number {
  const overlapping = (instant: number) =>
    calls.filter(({ arrivedAt }) => arrivedAt <= instant && instant < arrivedAt + ms).length;
  return Math.max(0, ...calls.map(({ arrivedAt }) => overlapping(arrivedAt)));
}

export function describeOverlaps(world: () => World): void {
  describe('an execution that is due before the one before has ended', { timeout: 60_000 }, () => {
    /** A timer of every second whose calls take longer than that, run to its end. */
    async function ended(overlap: string, { runs, takesMs }: { runs: number; takesMs: number }) {
      const place = world().place();
      place.behave('it', { status: 200, delayMs: takesMs });
      await place.create('it', { ...everySecond, maxRuns: runs, overlap });
      await place.isEventually('it', 'completed');
      const executions = await place.executions('it');
      return {
        calls: place.received('it'),
        states: executions.map(({ state }) => state),
        reasons: executions.map(({ reason }) => reason),
      };
    }

    it.concurrent('allowAll: runs beside it', async () => {
      const { calls, states } = await ended('allowAll', { runs: 3, takesMs: 2_500 });
      expect(states).toEqual(['succeeded', 'succeeded', 'succeeded']);
      expect(atOnce(calls, 2_400)).toBeGreaterThan(1);
    });

    it.concurrent('skip: is left out, with the reason', async () => {
      const { calls, states, reasons } = await ended('skip', { runs: 3, takesMs: 2_500 });
      expect(states).toEqual(['succeeded', 'skipped', 'skipped']);
      expect(reasons.slice(1)).toEqual(['overlap', 'overlap']);
      expect(calls).toHaveLength(1);
    });

    it.concurrent('bufferOne: waits for its turn, and there is room for one', async () => {
      const { calls, states } = await ended('bufferOne', { runs: 3, takesMs: 2_500 });
      expect(states).toEqual(['succeeded', 'succeeded', 'skipped']);
      expect(atOnce(calls, 2_400)).toBe(1);
    });

    it.concurrent('bufferAll: waits for its turn, however many do', async () => {
      const { calls, states } = await ended('bufferAll', { runs: 4, takesMs: 1_500 });
      expect(states).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded']);
      expect(atOnce(calls, 1_400)).toBe(1);
      const instants = calls.map(({ scheduledFor }) => scheduledFor!);
      expect(instants).toEqual([...instants].sort((a, b) => a - b));
    });

    it.concurrent('cancelOther: takes its place', async () => {
      const place = world().place();
      let calls = 0;
      place.behave('it', (_request, response) => {
        // The first call is never answered; whoever waits for it is cut off by the platform alone.
        if (++calls === 1) return;
        response.writeHead(200).end();
      });
      await place.create('it', { ...everySecond, maxRuns: 2, overlap: 'cancelOther' });
      await place.isEventually('it', 'completed');
      const executions = await place.executions('it');
      expect(executions.map(({ state }) => state)).toEqual(['aborted', 'succeeded']);
      expect(executions[0]!.attempts[0]!.error!.code).toBe('aborted');
    });

    it.concurrent('skip: keeps out of the way of retries too', async () => {
      const place = world().place();
      let calls = 0;
      place.behave('it', () => ({ status: ++calls === 1 ? 500 : 200 }));
      await place.create('it', {
        ...everySecond,
        maxRuns: 3,
        overlap: 'skip',
        retries: { backoff: 'fixed', base: '2500ms', jitter: 'none' },
      });
      await place.isEventually('it', 'completed');
      const states = (await place.executions('it')).map(({ state }) => state);
      expect(states).toEqual(['succeeded', 'skipped', 'skipped']);
    });
  });
}
