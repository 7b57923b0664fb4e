/** A look at the cluster as text for a terminal. Pure. */
import { textTable } from '../text-table.js';
import type { ClusterEvent, Look } from './look.js';

const eventsShown = 12;

export function viewOf({ at, cluster, schedulers }: Look, condition: ReadonlyMap<string, string>): string {
  if (!cluster) return `${clockTime(at)}  the API does not answer`;
  const { leader, ring } = cluster;
  const told = new Map(cluster.members.map((member) => [member.name, member]));
  const shards = new Map(ring?.owners.map((owner) => [owner.member, owner.shards.length]));
  const rows = schedulers.map(({ id, self }) => [
    id,
    condition.get(id) ?? told.get(id)?.state ?? 'away',
    self?.role ?? '-',
    String(self?.term ?? '-'),
    String(shards.get(id) ?? 0),
    String(self?.ringVersion ?? '-'),
    String(self?.settingsVersion ?? '-'),
    ageOf(told.get(id)?.heartbeatAgeMs),
  ]);
  const others = cluster.members
    .filter(({ service }) => service !== 'scheduler')
    .map(({ name, state, settingsVersion }) => `${name} ${state}, settings ${settingsVersion ?? '-'}`);
  return [
    `${clockTime(at)}  leader ${leader ? `${leader.name}, term ${leader.term}` : 'nobody'}   ` +
      `ring ${ring ? `${ring.version}, ${ring.phase ?? 'nobody leads it'}` : 'none'}`,
    '',
    textTable([['', 'is', 'role', 'term', 'shards', 'ring', 'settings', 'heartbeat'], ...rows]),
    '',
    others.join('; '),
    '',
    ...cluster.events.slice(0, eventsShown).map(lineOf),
  ].join('\n');
}

/** An event of the chronicle as a line. */
export function lineOf({ at, kind, member, term, ringVersion }: ClusterEvent): string {
  const about =
    term !== undefined ? `, term ${term}` : ringVersion !== undefined ? `, ring ${ringVersion}` : '';
  return `${clockTime(new Date(at))}  ${kind} ${member}${about}`;
}

/** Hours to milliseconds, universal time. */
export function clockTime(at: Date): string {
  return at.toISOString().slice(11, 23);
}

function ageOf(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? '-' : `${(ms / 1000).toFixed(1)} s`;
}
