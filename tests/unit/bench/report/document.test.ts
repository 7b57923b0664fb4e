import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workloads } from '../../../bench/workloads/catalogue.js';
import { documentOf } from '../../../bench/report/document.js';
import { formattedDocument } from '../../../bench/report/files.js';
import type { Results } from '../../../bench/report/results.js';
import { projectRoot, readProjectFile } from '../../../house/source-files.js';

const results: Results = {
  date: '2026-01-02T03:04:05.000Z',
  commit: 'abc1234',
  scale: 1,
  rounds: 3,
  machine: {
    processor: 'some processor',
    cores: 2,
    memoryGb: 8,
    system: 'Linux 6',
    node: '20.19.0',
    loadBefore: 0.1,
  },
  versions: { redis: '7.0.15' },
  settings: { 'BullMQ, stock': 'the defaults' },
  workloads: [
    {
      name: 'punctuality-200',
      title: 'Punctuality: 200 a second',
      told: 'A steady load.',
      columns: [{ key: 'p99', title: 'p99, ms' }],
      rows: [
        {
          system: 'bullmq',
          title: 'BullMQ, stock',
          rounds: [{ figures: { p99: 152 }, cpuSeconds: {} }],
          lateness: [[43, 10]],
          failures: ['it fell over'],
        },
      ],
    },
  ],
  notRun: [{ title: 'Agenda, stock', workload: null, reason: 'mongodb: none here' }],
};

describe('docs/performance.md', () => {
  it('is what the results beside it say, word for word', async () => {
    const file = 'docs/performance/results.json';
    const found = existsSync(join(projectRoot, file)) ? (JSON.parse(readProjectFile(file)) as Results) : null;
    expect(readProjectFile('docs/performance.md')).toBe(await formattedDocument(found));
  });

  it('tells every workload, with or without results', () => {
    for (const { name, told } of workloads) expect(documentOf(null)).toContain(`| \`${name}\` | ${told} |`);
    expect(documentOf(null)).toContain('Not measured at full length yet.');
  });

  it('shows machine, versions, settings, date, figures, plot, failures and what was not run', () => {
    const text = documentOf(results);
    for (const part of ['2026-01-02', 'abc1234', 'some processor', '| redis | 7.0.15 |', 'the defaults'])
      expect(text).toContain(part);
    expect(text).toContain('| BullMQ, stock | 152 |');
    expect(text).toContain('(performance/lateness-punctuality-200.svg)');
    expect(text).toContain('- BullMQ, stock: it fell over');
    expect(text).toContain('- NOT RUN: Agenda, stock: mongodb: none here');
  });

  it('says when a run was shorter than the full length', () => {
    expect(documentOf(results)).not.toContain('of the full length.');
    expect(documentOf({ ...results, scale: 0.1 })).toContain('at 0.1 of the full length');
  });
});
