/**
 * Creating timers from outside, over HTTP, until the system has acknowledged every one: steadily or as a heap. It knows
 * the batch route of the API and nothing else, so that it drives whatever answers on that route.
 */
import { setTimeout as pause } from 'node:timers/promises';

export interface PostedTimer {
  id: string;
  /** Epoch milliseconds. */
  at: number;
  target: { url: string; body?: unknown };
}

export interface PostingOptions {
  /** For one answer; 10 s unless told. */
  patienceMs?: number;
  /** Ends the attempts; the promise then rejects. */
  signal?: AbortSignal | undefined;
}

const askAgainMs = 200;

/** Posts until acknowledged, at the next address after a failure: a timer that is there already was acknowledged by an answer that got lost. */
export async function postTimers(
  urls: readonly string[],
  timers: readonly PostedTimer[],
  { patienceMs = 10_000, signal }: PostingOptions = {},
): Promise<void> {
  const body = JSON.stringify({
    timers: timers.map((timer) => ({ ...timer, at: new Date(timer.at).toISOString() })),
  });
  for (let tries = 0; ; tries++) {
    signal?.throwIfAborted();
    const results = await attempt(urls[tries % urls.length]!, body, patienceMs);
    if (results?.every(({ status }) => status === 201 || status === 409)) return;
    if (results?.some(({ status }) => status >= 400 && status < 500 && status !== 409 && status !== 429)) {
      throw new Error(`refused: ${JSON.stringify(results.find(({ status }) => status >= 400))}`);
    }
    await pause(askAgainMs, undefined, { signal });
  }
}

export interface Pace {
  perSecond: number;
  seconds: number;
  /** How many at once; what falls into a hundredth of a second unless told. */
  batch?: number | undefined;
}

/** Calls `post` for each batch at its moment; resolves when the last one has. `elapsedMs` is a timer's place in the load. */
export async function postSteadily(
  { perSecond, seconds, batch = Math.max(1, Math.round(perSecond / 100)) }: Pace,
  post: (timers: { n: number; elapsedMs: number }[]) => Promise<void>,
): Promise<void> {
  const start = Date.now();
  const total = Math.round(perSecond * seconds);
  const pending: Promise<void>[] = [];
  for (let made = 0; made < total; made += batch) {
    const due = start + (made / perSecond) * 1_000;
    if (due > Date.now()) await pause(due - Date.now());
    const size = Math.min(batch, total - made);
    const timers = Array.from({ length: size }, (_, i) => ({
      n: made + i,
      elapsedMs: ((made + i) / perSecond) * 1_000,
    }));
    pending.push(post(timers));
  }
  await Promise.all(pending);
}

async function attempt(url: string, body: string, patienceMs: number): Promise<{ status: number }[] | null> {
  try {
    const answer = await fetch(`${url}/v1/timers:batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(patienceMs),
    });
    if (answer.status === 400 || answer.status === 422) throw new TypeError(await answer.text());
    return answer.ok ? ((await answer.json()) as { results: { status: number }[] }).results : null;
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith('{')) throw error;
    return null;
  }
}
