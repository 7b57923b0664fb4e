/** One look at the cluster: what its API tells, and what each scheduler says of itself. */
import type { Stack } from '../local-stack.js';

export interface Self {
  role: string;
  term: number;
  ringVersion: number;
  settingsVersion: number;
}

export interface ClusterEvent {
  at: string;
  kind: string;
  member: string;
  term?: number;
  ringVersion?: number;
}

/** The part of `GET /v1/cluster` that is shown. */
export interface Cluster {
  leader: { name: string; term: number } | null;
  members: {
    name: string;
    service: string;
    state: string;
    role: string;
    heartbeatAgeMs: number | null;
    settingsVersion: number | null;
  }[];
  ring: { version: number; phase: string | null; owners: { member: string; shards: number[] }[] } | null;
  events: ClusterEvent[];
}

/** A scheduler of the stack; null where it does not answer. */
export interface SchedulerLook {
  id: string;
  self: Self | null;
}

export interface Look {
  at: Date;
  /** Null while the API does not answer. */
  cluster: Cluster | null;
  schedulers: SchedulerLook[];
}

/** For one look: a frozen process answers nothing. */
const lookLimitMs = 2_000;
const usualLimitMs = 15_000;

export async function lookAt(stack: Stack): Promise<Look> {
  const schedulers = stack.parts().filter(({ role }) => role === 'scheduler');
  const [cluster, ...selves] = await Promise.all([
    ask<Cluster>(`${apiUrl(stack)}/v1/cluster`, { limitMs: lookLimitMs }).catch(() => null),
    ...schedulers.map(({ adminUrl }) =>
      ask<Self>(`${adminUrl}/internal/self`, { limitMs: lookLimitMs }).catch(() => null),
    ),
  ]);
  return {
    at: new Date(),
    cluster,
    schedulers: schedulers.map(({ id }, i) => ({ id, self: selves[i] ?? null })),
  };
}

export function apiUrl(stack: Stack): string {
  return stack.parts().find(({ role }) => role === 'api')!.url!;
}

/** Sends JSON where there is a body. Rejects with what was answered unless it is a success. */
export async function ask<Answer>(
  url: string,
  request: { method?: string; body?: unknown; limitMs?: number } = {},
): Promise<Answer> {
  const { method = 'GET', body, limitMs = usualLimitMs } = request;
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(limitMs),
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Answer;
}

/** Who leads by its own word: of those that say so the one with the highest term, since a former one may not know yet. */
export function leaderIn({ schedulers }: Look): (SchedulerLook & { self: Self }) | null {
  const leaders = schedulers.flatMap(({ id, self }) => (self?.role === 'leader' ? [{ id, self }] : []));
  leaders.sort((a, b) => b.self.term - a.self.term);
  return leaders[0] ?? null;
}

/** Whether the ring is settled and exactly these schedulers share it. */
export function isSettled({ cluster, schedulers }: Look, ids: readonly string[]): boolean {
  const ring = cluster?.ring;
  if (ring?.phase !== 'settled') return false;
  const owners = ring.owners.filter(({ shards }) => shards.length > 0).map(({ member }) => member);
  const versions = schedulers.filter(({ id }) => ids.includes(id)).map(({ self }) => self?.ringVersion);
  return owners.sort().join() === [...ids].sort().join() && versions.every((one) => one === ring.version);
}
