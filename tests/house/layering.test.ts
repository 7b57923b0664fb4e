import { describe, expect, it } from 'vitest';
import { cyclesOf, importsOf } from './import-graph.js';
import { violationsOf } from './layers.js';
import { sourceFiles } from './source-files.js';

const edge = (from: string, to: string, typeOnly = false) => ({ from, to, typeOnly });

describe('layering', () => {
  const imports = sourceFiles().flatMap((file) => importsOf(file));

  it('lets every file import only what its layer may', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(violationsOf(imports)).toEqual([]);
  });

  it('knows no import cycle', () => {
    expect(cyclesOf(imports)).toEqual([]);
  });
});

describe('the layering rules themselves', () => {
  it.each([
    ['base imports a room of ours', edge('shared/base/clock.ts', 'shared/timers/timer.ts')],
    ['base imports a package', edge('shared/base/ids.ts', 'pino')],
    ['a pure file imports the clock', edge('shared/timers/timer.ts', 'shared/base/clock.ts', true)],
    ['a pure file takes randomness itself', edge('shared/timers/retry-policy.ts', 'shared/base/random.ts')],
    [
      'a pure core imports its driver',
      edge('shared/coordination/raft/core.ts', 'shared/coordination/raft/driver.ts'),
    ],
    ['a pure file reads files', edge('shared/timers/schedule.ts', 'node:fs')],
    ['a port imports an adapter', edge('shared/store/store.ts', 'shared/store/mongo/timers.ts', true)],
    ['a port imports a driver', edge('shared/queue/queue.ts', 'amqplib', true)],
    ['an adapter imports another', edge('shared/store/sqlite/open.ts', 'shared/store/mongo/rows.ts')],
    ['an adapter imports another room', edge('shared/queue/rabbitmq/a.ts', 'shared/store/store.ts')],
    [
      'a part of adapters names one',
      edge('shared/coordination/document-watch.ts', 'shared/coordination/single/single.ts'),
    ],
    ['an adapter imports an opener', edge('shared/queue/rabbitmq/a.ts', 'shared/queue/open.ts')],
    ['shared imports a service', edge('shared/presence/presence.ts', 'services/api/app.ts', true)],
    ['shared opens an adapter', edge('shared/presence/presence.ts', 'shared/store/open.ts')],
    ['a service opens an adapter', edge('services/worker/service.ts', 'shared/store/open.ts')],
    ['a service names an adapter', edge('services/worker/service.ts', 'shared/store/mongo/mongo.ts')],
    ['a main names an adapter', edge('services/worker/main.ts', 'shared/store/mongo/mongo.ts')],
    ['a service imports another', edge('services/worker/service.ts', 'services/scheduler/due-heap.ts')],
    ['a service imports its main', edge('services/worker/service.ts', 'services/worker/main.ts')],
    ['the scheduler calls MongoDB', edge('services/scheduler/rescuer.ts', 'mongodb')],
    ['the api calls by HTTP', edge('services/api/app.ts', 'undici')],
    ['the worker calls by HTTP outside delivery', edge('services/worker/consumer.ts', 'axios')],
    ['a product file imports a test', edge('shared/store/mongo/mongo.ts', 'tests/support/factories.ts')],
    ['the client for browsers takes from Node', edge('clients/sdk/transport.ts', 'node:http', true)],
    ['the client for browsers takes a room of ours', edge('clients/sdk/retry.ts', 'shared/base/backoff.ts')],
    ['the command takes a room of ours', edge('clients/cli/main.ts', 'shared/base/clock.ts')],
    ['the command takes a service', edge('clients/cli/start.ts', 'services/standalone/main.ts')],
    ['a file stands in no layer', edge('elsewhere/file.ts', 'shared/base/clock.ts')],
  ])('are broken when %s', (_case, planted) => {
    expect(violationsOf([planted])).not.toEqual([]);
  });

  it.each([
    edge('shared/timers/retry-policy.ts', 'shared/base/random.ts', true),
    edge('shared/store/store.ts', 'shared/timers/timer.ts', true),
    edge('shared/store/mongo/timers.ts', 'shared/store/store.ts', true),
    edge('shared/store/mongo/timers.ts', 'mongodb'),
    edge('shared/coordination/document-watch.ts', 'shared/base/loop.ts'),
    edge('services/worker/main.ts', 'shared/store/open.ts'),
    edge('services/standalone/main.ts', 'services/worker/service.ts'),
    edge('tests/support/stack.ts', 'mongodb'),
  ])('allow $from to import $to', (planted) => {
    expect(violationsOf([planted])).toEqual([]);
  });

  it('see imports, re-exports, dynamic imports and types', () => {
    const text = `
      import type { A } from './a.js';
      import { type B, c } from '../timers/b.js';
      export { d } from './d.js';
      const e = await import('mongodb/lib/e.js');
      let f: import('node:fs').Stats;`;
    expect(importsOf('shared/base/x.ts', text)).toEqual([
      edge('shared/base/x.ts', 'shared/base/a.ts', true),
      edge('shared/base/x.ts', 'shared/timers/b.ts'),
      edge('shared/base/x.ts', 'shared/base/d.ts'),
      edge('shared/base/x.ts', 'mongodb'),
      edge('shared/base/x.ts', 'node:fs', true),
    ]);
  });

  it('find a cycle', () => {
    expect(cyclesOf([edge('a', 'b'), edge('b', 'c'), edge('c', 'a')])).toEqual([['a', 'b', 'c', 'a']]);
  });
});
