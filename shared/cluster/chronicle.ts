/**
 * What happened in the cluster of late, as one small document of the store: who came and went, who led, which handovers
 * there were. It holds the last hundred events, and who was there when it was last written, so that a new leader goes on
 * where the former one ended. Pure; nothing decides by it.
 */
import type { ProcessRow } from '../store/processes.js';

export const chronicleDocument = 'chronicle';
export const eventsKept = 100;

export const clusterEventKinds = [
  'joined',
  'left',
  'lost',
  'elected',
  'stepped-down',
  'rival-quelled',
  'handover-begun',
  'handover-finished',
  'handover-rolled-back',
] as const;

export type ClusterEventKind = (typeof clusterEventKinds)[number];

export interface ClusterEvent {
  /** Epoch milliseconds, by the clock of who tells it. */
  at: number;
  kind: ClusterEventKind;
  /** The name of the process it is about. */
  member: string;
  /** Of a leader. */
  term?: number;
  /** Version of the ring that a handover leads to, or has led to. */
  ringVersion?: number;
}

/** One life of one process that is there. */
export interface Present {
  incarnation: string;
  name: string;
}

export interface Chronicle {
  present: readonly Present[];
  /** Oldest first. */
  events: readonly ClusterEvent[];
}

export const emptyChronicle: Chronicle = { present: [], events: [] };

/** The chronicle with these events, the oldest ones dropped; the very same one where there are none. */
export function withEvents(chronicle: Chronicle, events: readonly ClusterEvent[]): Chronicle {
  if (events.length === 0) return chronicle;
  return { ...chronicle, events: [...chronicle.events, ...events].slice(-eventsKept) };
}

export interface Look {
  rows: readonly ProcessRow[];
  /** The rows of the look before, as far as there was one. */
  before: readonly ProcessRow[];
  at: number;
  /** Who has not told of itself for so long when its row vanishes did not go by itself. */
  leaseMs: number;
}

/** The chronicle after a look at the rows of all processes; the very same one where nobody came or went. */
export function withLook(chronicle: Chronicle, look: Look): Chronicle {
  const { rows, at } = look;
  const living = rows.filter(({ gone }) => !gone);
  const went = absentees(chronicle.present, living).map(({ incarnation, name }): ClusterEvent => {
    return { at, kind: isLost(incarnation, look) ? 'lost' : 'left', member: name };
  });
  const came = absentees(living, chronicle.present).map(({ name }): ClusterEvent => {
    return { at, kind: 'joined', member: name };
  });
  if (went.length + came.length === 0) return chronicle;
  const present = living.map(({ incarnation, name }) => ({ incarnation, name }));
  return withEvents({ ...chronicle, present }, [...went, ...came]);
}

function absentees<One extends Present>(those: readonly One[], present: readonly Present[]): One[] {
  const here = new Set(present.map(({ incarnation }) => incarnation));
  return those.filter(({ incarnation }) => !here.has(incarnation));
}

function isLost(incarnation: string, { rows, before, at, leaseMs }: Look): boolean {
  const row = [...rows, ...before].find((one) => one.incarnation === incarnation);
  return row !== undefined && (row.gone || at - (row.report.toldAt ?? at) >= leaseMs);
}
