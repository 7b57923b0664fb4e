/**
 * The cluster as its processes tell of themselves: rows of the store, and the chronicle. Pure. It shows what each said
 * last and how long ago that was; what is true at this moment nobody can show.
 */
import { leaseMs } from '../../../shared/presence/presence.js';
import { ownerAt } from '../../../shared/ring/ring.js';
import type { Chronicle } from '../../../shared/cluster/chronicle.js';
import type { ProcessRow } from '../../../shared/store/processes.js';
import { shardCount } from '../../../shared/timers/timer.js';
import type { ClusterAnswer } from '../schemas/cluster.js';
import { formatInstant } from '../schemas/instant.js';

export interface ClusterSources {
  rows: readonly ProcessRow[];
  chronicle: Chronicle;
  /** Epoch milliseconds. */
  now: number;
}

type Row = { row: ProcessRow; heartbeatAgeMs: number | null };

export function describeCluster({ rows, chronicle, now }: ClusterSources): ClusterAnswer {
  const aged = rows.map((row) => ({ row, heartbeatAgeMs: heartbeatAge(row, now) }));
  const leader = leaderAmong(aged);
  return {
    leader: leader && { id: leader.incarnation, name: leader.name, term: leader.report.term ?? 0 },
    members: aged.map(describeMember).sort((a, b) => (a.name < b.name ? -1 : 1)),
    ring: describeRing(aged, { leader, now }),
    events: [...chronicle.events]
      .sort((a, b) => b.at - a.at)
      .map(({ at, kind, member, term, ringVersion }) => ({
        at: formatInstant(at),
        kind,
        member,
        ...(term !== undefined && { term }),
        ...(ringVersion !== undefined && { ringVersion }),
      })),
  };
}

/** Null before the process has told anything. */
export function heartbeatAge({ report }: ProcessRow, now: number): number | null {
  return report.toldAt === undefined ? null : Math.max(0, now - report.toldAt);
}

function isAlive({ row, heartbeatAgeMs }: Row): boolean {
  return !row.gone && heartbeatAgeMs !== null && heartbeatAgeMs < leaseMs;
}

/** Of those that say they lead, the one of the highest term. */
function leaderAmong(aged: readonly Row[]): ProcessRow | null {
  const leaders = aged.filter((one) => isAlive(one) && one.row.report.role === 'leader');
  leaders.sort((a, b) => (b.row.report.term ?? 0) - (a.row.report.term ?? 0));
  return leaders[0]?.row ?? null;
}

function describeMember(one: Row): ClusterAnswer['members'][number] {
  const { row, heartbeatAgeMs } = one;
  const { report } = row;
  return {
    id: row.incarnation,
    name: row.name,
    service: row.service,
    host: row.host,
    pid: row.pid,
    startedAt: formatInstant(row.startedAt),
    state: row.gone ? 'gone' : isAlive(one) || heartbeatAgeMs === null ? 'alive' : 'silent',
    role: report.role ?? row.service,
    rank: report.rank ?? null,
    heartbeatAgeMs,
    position: report.position ? formatInstant(report.position) : null,
    ringVersion: report.ringVersion ?? null,
    settingsVersion: report.settingsVersion ?? null,
    clockSkewMs: report.skewMs ?? null,
    adminUrl: report.adminUrl ?? null,
  };
}

/** As the leader tells it, else as whoever knows the newest version. */
function describeRing(
  aged: readonly Row[],
  { leader, now }: { leader: ProcessRow | null; now: number },
): ClusterAnswer['ring'] {
  const told = aged.filter(isAlive).flatMap(({ row }) => row.report.ring ?? []);
  told.sort((a, b) => (b.versions.at(-1)?.number ?? 0) - (a.versions.at(-1)?.number ?? 0));
  const ring = leader?.report.ring ?? told[0];
  const newest = ring?.versions.at(-1);
  if (!ring || !newest) return null;
  const owners = new Map<string, number[]>(newest.members.map((member) => [member, []]));
  for (let shard = 0; shard < shardCount; shard++) {
    const owner = ownerAt(ring.versions, shard, now);
    if (owner !== null) owners.set(owner, [...(owners.get(owner) ?? []), shard]);
  }
  return {
    version: newest.number,
    effectiveFrom: formatInstant(newest.effectiveFrom),
    phase: leader?.report.ring?.phase ?? null,
    owners: [...owners].map(([member, shards]) => ({ member, shards })),
  };
}
