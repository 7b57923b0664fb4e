/**
 * An announced pause of dispatch on the real stack, under load: it begins and ends at its instants for every worker
 * alike, and nothing is lost, early or called twice by it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionAnswer } from '../../services/api/schemas/execution.js';
import type { SettingsAnswer, SettingsVersionAnswer } from '../../services/api/schemas/settings.js';
import { eventually } from '../support/eventually.js';
import { startTestStack, type Stack } from '../support/stack.js';
import { quantile, TimerLoad } from '../support/timer-load.js';

const pauseMs = 5_000;

describe('an announced pause of dispatch', { timeout: 120_000 }, () => {
  let stack: Stack;
  let url: string;
  beforeAll(async () => {
    stack = await startTestStack({
      apis: 1,
      schedulers: 2,
      workers: 2,
      environment: () => ({
        CARILLON_RING: 'shared',
        CARILLON_FRESHNESS_MS: '3000',
        CARILLON_SETTINGS_LEAD_MS: '7500',
      }),
    });
    url = stack.parts().find(({ role }) => role === 'api')!.url!;
  }, 240_000);
  afterAll(() => stack?.stop(), 60_000);

  it('begins and ends at the same instant everywhere, and loses nothing', async () => {
    const load = await TimerLoad.open({ urls: [url], perSecond: 50, seconds: 18, aheadMs: 3_000, batch: 10 });
    const created = load.create();
    const paused = await put({ settings: { dispatchPaused: true } });
    const begin = Date.parse(paused.effectiveFrom);
    const resumed = await put({ effectiveFrom: new Date(begin + pauseMs).toISOString(), settings: {} });
    const end = Date.parse(resumed.effectiveFrom);
    await eventually('every process knows both versions', async () => {
      const { processes } = await ask<SettingsAnswer>('/v1/settings');
      return processes.length >= 5 && processes.every(({ settingsVersion }) => settingsVersion === 2);
    });
    await created;
    await load.settled(60_000);
    const { acknowledged, missing, early, doubled, lateness } = load.account();
    await load.close();

    expect(acknowledged).toBe(900);
    expect({ missing, early, doubled: [...doubled] }).toEqual({ missing: [], early: [], doubled: [] });
    const executions = await settledExecutions(acknowledged);
    const within = executions.filter(({ dueAt }) => begin <= Date.parse(dueAt) && Date.parse(dueAt) < end);
    const sentAfter = within.filter(({ attempts }) => Date.parse(attempts[0]!.receipt.sentAt!) >= end);
    const workers = new Set(sentAfter.map(({ attempts }) => attempts[0]!.worker));
    console.table([
      {
        due: executions.length,
        dueInPause: within.length,
        sentAfter: sentAfter.length,
        by: workers.size,
        longestLate: quantile(lateness, 1),
      },
    ]);
    expect(within.length).toBeGreaterThan(200);
    expect(sentAfter).toHaveLength(within.length);
  });

  async function put(body: object): Promise<SettingsVersionAnswer> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/v1/settings`, { method: 'PUT', headers, body: JSON.stringify(body) });
    expect(answer.status).toBe(200);
    return (await answer.json()) as SettingsVersionAnswer;
  }

  async function ask<Answer>(path: string): Promise<Answer> {
    return (await (await fetch(url + path)).json()) as Answer;
  }

  /** All executions with their receipts, once each has its own. */
  async function settledExecutions(count: number): Promise<ExecutionAnswer[]> {
    let found: ExecutionAnswer[] = [];
    await eventually(
      'every execution is settled',
      async () => {
        found = (await ask<{ data: ExecutionAnswer[] }>('/v1/executions?limit=1000')).data;
        return found.length === count && found.every(({ state }) => state === 'succeeded');
      },
      30_000,
    );
    return found;
  }
});
