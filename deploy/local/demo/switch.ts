/**
 * An announced switch of settings, with the proof that it happens at the same instant everywhere: dispatch is announced
 * to pause for two seconds while a timer is due every 25 ms, and what each worker called around both instants is told.
 */
import { apiUrl, ask } from './look.js';
import type { Stack } from '../local-stack.js';

const pauseMs = 2_000;
const aroundMs = 1_500;
const everyMs = 25;

export interface AnnouncedPause {
  version: number;
  /** Epoch milliseconds. */
  begin: number;
  end: number;
  /** What the ids of its timers begin with. */
  mark: string;
}

interface Version {
  version: number;
  effectiveFrom: string;
}

export async function announcePause(stack: Stack): Promise<AnnouncedPause> {
  const url = `${apiUrl(stack)}/v1/settings`;
  const paused = await ask<Version>(url, { method: 'PUT', body: { settings: { dispatchPaused: true } } });
  const begin = Date.parse(paused.effectiveFrom);
  const end = begin + pauseMs;
  const resumed = { effectiveFrom: new Date(end).toISOString(), settings: {} };
  const { version } = await ask<Version>(url, { method: 'PUT', body: resumed });
  const pause = { version, begin, end, mark: `switch-${version}-` };
  await createTimers(stack, pause);
  return pause;
}

async function createTimers(stack: Stack, { begin, end, mark }: AnnouncedPause): Promise<void> {
  const count = Math.floor((end - begin + 2 * aroundMs) / everyMs);
  const timers = Array.from({ length: count }, (_, i) => ({
    id: `${mark}${i}`,
    at: new Date(begin - aroundMs + i * everyMs).toISOString(),
    target: { url: `${apiUrl(stack)}/health/live`, method: 'GET' },
  }));
  await ask(`${apiUrl(stack)}/v1/timers:batch`, { method: 'POST', body: { timers } });
}

interface Execution {
  timerId: string;
  dueAt: string;
  attempts: { worker: string | null; receipt: { sentAt: string | null } }[];
}

interface Call {
  worker: string;
  dueAt: number;
  sentAt: number;
}

/** Null until every timer around the pause was called; then a line for each worker. */
export async function proofOf(stack: Stack, pause: AnnouncedPause): Promise<string[] | null> {
  const { begin, end, mark } = pause;
  const { data } = await ask<{ data: Execution[] }>(`${apiUrl(stack)}/v1/executions?limit=1000`);
  const calls = data.filter(({ timerId }) => timerId.startsWith(mark)).flatMap(callOf);
  if (calls.length < Math.floor((end - begin + 2 * aroundMs) / everyMs)) return null;
  const workers = [...new Set(calls.map(({ worker }) => worker))].sort();
  return workers.map((worker) => {
    const own = calls.filter((call) => call.worker === worker);
    return `${worker}: ${accountOf(own, pause)}`;
  });
}

function callOf({ dueAt, attempts: [first] }: Execution): Call[] {
  if (!first?.worker || !first.receipt.sentAt) return [];
  const worker = first.worker.split('~')[0]!;
  return [{ worker, dueAt: Date.parse(dueAt), sentAt: Date.parse(first.receipt.sentAt) }];
}

/** What falls due in the pause waits for its end, and nothing else does. */
function accountOf(calls: readonly Call[], { begin, end }: AnnouncedPause): string {
  const before = calls.filter(({ dueAt }) => dueAt < begin).map(({ dueAt }) => begin - dueAt);
  const within = calls.filter(({ dueAt }) => dueAt >= begin && dueAt < end).map(({ sentAt }) => sentAt - end);
  const early = within.filter((afterMs) => afterMs < 0).length;
  return [
    `the last call due before the pause was due ${leastOf(before)} before it`,
    `of ${within.length} due in it ${early} left in it, and the first ${leastOf(within)} after it`,
  ].join('; ');
}

function leastOf(intervals: readonly number[]): string {
  return intervals.length === 0 ? 'never' : `${Math.min(...intervals)} ms`;
}
