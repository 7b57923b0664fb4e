/** `cluster`: who leads, who is there, who owns what. */
import type { Cluster } from '../../sdk/generated.js';
import type { Command } from '../command.js';
import { textTable } from '../text-table.js';

const newest = 10;

export const cluster: Command = {
  name: 'cluster',
  summary: 'Show who leads, who is there, who owns which shards, and what happened of late',
  async run({ client, world, json }) {
    const seen = await client.operations.getCluster({ signal: world.signal });
    world.out(json ? `${JSON.stringify(seen, null, 2)}\n` : `${clusterText(seen)}\n`);
  },
};

function clusterText({ leader, members, ring, events }: Cluster): string {
  const facts = textTable([
    ['leader', leader ? `${leader.name}, term ${leader.term}` : 'nobody says so'],
    ['ring', ring ? `version ${ring.version}, ${ring.phase ?? 'nobody leads'}` : '-'],
    ...(ring?.owners ?? []).map(({ member, shards }) => ['', `${member}: ${shards.length} shards`]),
  ]);
  const rows = members.map(({ name, service, state, role, heartbeatAgeMs, settingsVersion, host, pid }) => [
    name,
    service,
    state,
    role,
    heartbeatAgeMs === null ? '-' : `${heartbeatAgeMs} ms ago`,
    String(settingsVersion ?? '-'),
    `${host}:${pid}`,
  ]);
  const heads = ['NAME', 'SERVICE', 'STATE', 'ROLE', 'HEARTBEAT', 'SETTINGS', 'PROCESS'];
  const told = events.slice(0, newest).map(({ at, kind, member }) => [at, kind, member]);
  const parts = [facts, textTable([heads, ...rows]), ...(told.length > 0 ? [textTable(told)] : [])];
  return parts.join('\n\n');
}
