import { describe, expect, it } from 'vitest';
import { importsOf } from './import-graph.js';
import { sourceFiles } from './source-files.js';

const imports = sourceFiles().flatMap((file) => importsOf(file));
const ours = sourceFiles(['tests']).filter((file) => file.startsWith('tests/simulation/'));

/** All that is loaded when the simulation runs. */
function reached(from: string): Set<string> {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { to, typeOnly, from: by } of imports) if (by === file && !typeOnly) visit(to);
  };
  visit(from);
  return seen;
}

describe('the simulation', () => {
  it.each([
    ...[
      'service',
      'dispatcher',
      'publisher',
      'rescuer',
      'resumer',
      'ring-keeper',
      'ring-view',
      'shard-host',
    ].map((name) => `services/scheduler/${name}.ts`),
    ...['service', 'consumer', 'starter', 'settler', 'aborter', 'slots', 'delivery/deliver'].map(
      (name) => `services/worker/${name}.ts`,
    ),
    ...['creation', 'upsert', 'cancellation', 'pausing', 'touching', 'manual-run', 'timer-writer'].map(
      (name) => `services/api/timers/${name}.ts`,
    ),
    ...['core', 'driver', 'membership', 'registrar'].map((name) => `shared/coordination/raft/${name}.ts`),
    ...['core', 'driver', 'membership'].map((name) => `shared/coordination/ranked/${name}.ts`),
    'shared/coordination/single/election.ts',
    'shared/coordination/documents-registry.ts',
    'shared/settings/view.ts',
    'shared/settings/announcement.ts',
    'shared/base/clock.ts',
    'shared/presence/presence.ts',
    'shared/presence/observer.ts',
    'shared/ring/handover.ts',
    'shared/ring/ring.ts',
    'shared/store/sqlite/sqlite-store.ts',
  ])('runs %s itself', (file) => {
    expect(reached('tests/simulation/sim.ts').has(file)).toBe(true);
  });

  it('borrows nothing that stands in for them elsewhere', () => {
    const borrowed = imports.filter(({ from, to }) => ours.includes(from) && to.startsWith('tests/unit/'));
    expect(borrowed).toEqual([]);
  });
});
