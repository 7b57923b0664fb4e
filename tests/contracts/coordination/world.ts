/** A place where members meet: what each contract suite of the coordination ports plays in. */
import type { Coordination } from '../../../shared/coordination/coordination.js';
import type { Leadership } from '../../../shared/coordination/election.js';
import type { Member } from '../../../shared/coordination/membership.js';
import { eventually } from '../../support/eventually.js';

export interface Contender {
  self: Member;
  coordination: Coordination;
  /** Its own way to the coordinator; breaking it hurts nobody else. */
  link: Link;
  /** Its process stood still for this long. */
  freeze(ms: number): void;
}

export interface Link {
  cut(): void;
  stall(): void;
  heal(): void;
}

export interface CoordinationWorld {
  /** A new member of this world, connected to it, started in nothing yet. */
  join(name: string): Promise<Contender>;
  close(): Promise<void>;
}

export interface Adapter {
  name: string;
  /** A driver that cannot have several members refuses the second; it has no link to break either. */
  severalMembers: boolean;
  open(): Promise<CoordinationWorld>;
}

export function makeMember(name: string): Member {
  return { id: `${name}~1`, name, service: 'scheduler', adminUrl: `http://${name}.test:9101` };
}

export function roleOf(contender: Contender): Leadership['role'] {
  return contender.coordination.election.current().role;
}

/** Waits until its coordinator can be reached (again). */
export function reached({ coordination }: Contender): Promise<void> {
  return eventually('the coordinator answers', () =>
    coordination.ping().then(
      () => true,
      () => false,
    ),
  );
}

/** Waits for the one among them that leads. */
export async function leaderAmong<One extends Contender>(contenders: One[]): Promise<One> {
  const leaders = () => contenders.filter((contender) => roleOf(contender) === 'leader');
  await eventually('exactly one leads', () => leaders().length === 1);
  return leaders()[0]!;
}
