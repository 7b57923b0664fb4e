import { describe, expect, it } from 'vitest';
import {
  emptyChronicle,
  eventsKept,
  withEvents,
  withLook,
  type Chronicle,
} from '../../../../shared/cluster/chronicle.js';
import type { ProcessRow } from '../../../../shared/store/processes.js';

const at = 1_000_000;
const leaseMs = 3_000;

function row(
  name: string,
  { gone = false, toldAt = at }: { gone?: boolean; toldAt?: number } = {},
): ProcessRow {
  const identity = { incarnation: `${name}~1`, name, service: 'worker', host: 'here', pid: 1 };
  return { ...identity, counter: 0, gone, startedAt: 0, report: { toldAt } };
}

const look = (chronicle: Chronicle, rows: ProcessRow[], before: ProcessRow[] = []): Chronicle =>
  withLook(chronicle, { rows, before, at, leaseMs });

const kinds = ({ events }: Chronicle): string[] => events.map(({ kind, member }) => `${member} ${kind}`);

describe('the chronicle', () => {
  it('tells who joined, once', () => {
    const first = look(emptyChronicle, [row('a'), row('b')]);
    expect(kinds(first)).toEqual(['a joined', 'b joined']);
    expect(look(first, [row('a'), row('b')])).toBe(first);
  });

  it('tells who left: whose row went away soon after it told of itself', () => {
    const first = look(emptyChronicle, [row('a'), row('b')]);
    const before = [row('a'), row('b', { toldAt: at - leaseMs + 1 })];
    expect(kinds(look(first, [row('a')], before))).toEqual(['a joined', 'b joined', 'b left']);
  });

  it('tells who was lost: declared gone, or away after a long silence', () => {
    const first = look(emptyChronicle, [row('a'), row('b')]);
    const silent = [row('a', { toldAt: at - leaseMs }), row('b')];
    const second = look(first, [row('b', { gone: true })], silent);
    expect(kinds(second).slice(2)).toEqual(['a lost', 'b lost']);
    expect(look(second, [row('b', { gone: true })])).toBe(second);
  });

  it('is taken up by another leader where the former one ended', () => {
    const stored = JSON.parse(JSON.stringify(look(emptyChronicle, [row('a')]))) as Chronicle;
    expect(kinds(look(stored, [row('a'), row('b')]))).toEqual(['a joined', 'b joined']);
  });

  it('keeps the newest events only', () => {
    const events = Array.from({ length: eventsKept + 5 }, (_, i) => {
      return { at: i, kind: 'elected' as const, member: 'a' };
    });
    const full = withEvents(emptyChronicle, events);
    expect(full.events).toEqual(events.slice(5));
    expect(withEvents(full, [])).toBe(full);
  });
});
