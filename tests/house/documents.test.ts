import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TimerWriter } from '../../services/api/timers/timer-writer.js';
import { schedulerMetrics } from '../../services/scheduler/metrics.js';
import { workerMetrics } from '../../services/worker/metrics.js';
import { callDurations } from '../../shared/store/open.js';
import { Metrics } from '../../shared/telemetry/metrics.js';
import { describedApp } from './api-app.js';
import { commandsOf, linksOf, scriptsOf } from './documents.js';
import { projectFiles, projectRoot, readProjectFile } from './source-files.js';

const documents = projectFiles().filter((file) => file.endsWith('.md'));
const { scripts, version, license } = JSON.parse(readProjectFile('package.json')) as {
  scripts: Record<string, string>;
  version: string;
  license: string;
};
const exists = (path: string) => existsSync(join(projectRoot, path));

/** The names of all metrics that our services have. */
async function metricNames(): Promise<string[]> {
  const metrics = new Metrics();
  const nothing = {} as never;
  callDurations(metrics);
  schedulerMetrics(metrics);
  workerMetrics(metrics, { slotsUsed: () => 0, unstarted: () => 0 });
  new TimerWriter({
    timers: nothing,
    bus: nothing,
    events: nothing,
    clock: nothing,
    metrics,
    waitingLimit: 1,
  });
  describedApp(metrics);
  const { text } = await metrics.expose();
  return [...text.matchAll(/^# HELP (carillon_\S+)/gm)].map(([, name]) => name!).sort();
}

describe('the documents', () => {
  it('are those that a newcomer looks for', () => {
    const wanted = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'docs/errors.md'];
    expect(documents).toEqual(expect.arrayContaining([...wanted, 'docs/glossary.md', 'docs/operations.md']));
  });

  it.each(documents)('link in %s to nothing that is not there', (document) => {
    const broken = linksOf(document, readProjectFile(document)).filter((path) => !exists(path));
    expect(broken).toEqual([]);
  });

  it.each(documents)('tell in %s to run only scripts that there are', (document) => {
    const unknown = scriptsOf(readProjectFile(document)).filter((script) => !scripts[script]);
    expect(unknown).toEqual([]);
  });

  it.each(documents)('tell in %s to start only what the build makes', (document) => {
    const sources = commandsOf(readProjectFile(document)).map((file) =>
      file.replace(/^build\/(.+)\.js$/, '$1.ts'),
    );
    expect(sources.filter((source) => !exists(source))).toEqual([]);
  });

  it('name every script for users in the README', () => {
    const told = scriptsOf(readProjectFile('README.md'));
    const users = [
      'start',
      'up',
      'down',
      'stack',
      'static_services',
      'test',
      'test:full',
      'e2e',
      'performance_test',
      'bench',
    ];
    expect(told).toEqual(expect.arrayContaining(users));
  });

  it('list every metric, and no other, in docs/operations.md', async () => {
    const rows = readProjectFile('docs/operations.md').matchAll(/^\| `(carillon_\w+)`/gm);
    expect([...rows].map(([, name]) => name!).sort()).toEqual(await metricNames());
  });

  it('log changes under Unreleased or the version of the package', () => {
    const changelog = readProjectFile('CHANGELOG.md');
    expect(changelog.includes('## [Unreleased]') || changelog.includes(`## [${version}]`)).toBe(true);
    expect(changelog).toContain('### Added');
  });

  it('number the decisions without gaps, and each ends in one', () => {
    const decisions = projectFiles(join(projectRoot, 'docs', 'decisions'));
    decisions.forEach((file, i) => {
      const number = String(i + 1);
      expect(file).toMatch(new RegExp(`/${number.padStart(4, '0')}-[a-z0-9-]+\\.md$`));
      const text = readProjectFile(file);
      expect(text.startsWith(`# ${number}. `)).toBe(true);
      expect(text.trim().split('\n\n').at(-1)).toMatch(/^\*\*Decision\.\*\* /);
    });
  });

  it('bear the licence that the package names', () => {
    expect(license).toBe('Apache-2.0');
    expect(readProjectFile('LICENSE')).toContain('Apache License\n                           Version 2.0');
  });

  it('let CI run the full test and nothing else', () => {
    const commands = readProjectFile('.ci/run')
      .split('\n')
      .filter((line) => line.startsWith('npm'));
    expect(commands).toEqual(['npm ci && npm run test:full']);
    expect(readProjectFile('.github/workflows/ci.yml').match(/^ *- run: .*$/gm)).toEqual([
      '      - run: .ci/run',
    ]);
  });
});

describe('the reading of documents', () => {
  it('finds relative links, wherever the document stands', () => {
    const text = '[a](../b.md#c) [web](https://example.test) [here](#there) [d](e/f.ts)';
    expect(linksOf('docs/x.md', text)).toEqual(['b.md', 'docs/e/f.ts']);
  });

  it('finds scripts and commands', () => {
    const text =
      'run `npm run test:full`, `npm start -- --port 1`, npm ci, or node build/services/api/main.js';
    expect(scriptsOf(text)).toEqual(['test:full', 'start']);
    expect(commandsOf(text)).toEqual(['build/services/api/main.js']);
  });
});
