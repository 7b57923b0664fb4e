import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { serviceSchemas } from '../../deploy/local/service-schemas.js';
import { clusterSchema } from '../../shared/config/cluster.js';
import { loadConfig } from '../../shared/config/load.js';
import { type ComposeService, readComposeFile, serviceOf } from './compose-file.js';
import { projectRoot, readProjectFile } from './source-files.js';

const compose = readComposeFile();
const all = Object.entries(compose.services);
const ours = all.flatMap(([name, service]) => {
  const kind = serviceOf(service);
  return kind === null ? [] : [{ name, kind, service }];
});

/** Admin port by service, as each main.ts gives it. */
function adminPortOf(kind: string): string | undefined {
  return /adminPort: (\d+)/.exec(readProjectFile(`services/${kind}/main.ts`))?.[1];
}

function schemaOf(kind: string) {
  const own = serviceSchemas[kind as keyof typeof serviceSchemas];
  return Type.Object({ ...clusterSchema.properties, ...own.properties });
}

/** Every service that must be healthy before this one starts, however many steps before. */
function awaited(name: string): Set<string> {
  const direct = Object.keys(compose.services[name]?.depends_on ?? {});
  return new Set(direct.flatMap((other) => [other, ...awaited(other)]));
}

describe('docker-compose.yml', () => {
  it('runs two of each service of ours, and what they stand on', () => {
    const kinds = ours.map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['api', 'api', 'scheduler', 'scheduler', 'worker', 'worker']);
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining(['nginx', 'mongodb', 'rabbitmq', 'zookeeper']),
    );
  });

  it.each(ours)('starts $name with a command whose source is there', ({ kind, service }) => {
    expect(existsSync(join(projectRoot, 'services', kind, 'main.ts'))).toBe(true);
    expect(service.command).toBe(`node --enable-source-maps build/services/${kind}/main.js`);
  });

  it.each(ours)('gives $name an environment that its schema accepts', ({ name, kind, service }) => {
    const config = loadConfig(schemaOf(kind), service.environment ?? {});
    expect(config).toMatchObject({ name, mode: 'development' });
  });

  it.each(ours)('asks $name on its own admin port whether it is ready', ({ kind, service }) => {
    const port = adminPortOf(kind);
    expect(port).toMatch(/^\d+$/);
    expect(service.healthcheck?.test.at(-1)).toContain(`http://127.0.0.1:${port}/health/ready`);
    expect(readProjectFile('shared/admin/admin-server.ts')).toContain("'/health/ready'");
  });

  it.each(ours)('lets the health check of $name be valid JavaScript that fails without an answer', (part) => {
    const [, , flag, script] = part.service.healthcheck!.test;
    const nowhere = script!.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:9');
    const { status } = spawnSync(process.execPath, [flag!, nowhere], { stdio: 'ignore' });
    expect(status).toBe(1);
  });

  it('reaches the brokers by the names and ports of their services', () => {
    const { CARILLON_MONGODB_URL, CARILLON_RABBITMQ_URL, CARILLON_ZOOKEEPER_SERVERS } = ours[0]!.service
      .environment as Record<string, string>;
    expect(CARILLON_MONGODB_URL).toBe('mongodb://mongodb:27017/?replicaSet=rs0');
    expect(compose.services['mongodb']?.command).toContain('--replSet rs0');
    expect(CARILLON_RABBITMQ_URL).toBe('amqp://rabbitmq:5672');
    expect(CARILLON_ZOOKEEPER_SERVERS).toBe('zookeeper:2181');
  });

  it('puts nginx before the port that every instance of the API listens on', () => {
    const nginx = readProjectFile('deploy/nginx/nginx.conf');
    const { apiPort } = loadConfig(schemaOf('api'), {}) as unknown as { apiPort: number };
    const instances = ours
      .filter(({ kind }) => kind === 'api')
      .map(({ name }) => `server ${name}:${apiPort} `);
    for (const instance of instances) expect(nginx).toContain(instance);
    expect(nginx.match(/^\s*server \S+:\d+/gm)).toHaveLength(instances.length);
    expect(compose.services['nginx']?.ports).toEqual(['127.0.0.1:3000:3000']);
    expect(nginx).toMatch(/listen 3000\b/);
  });

  it('starts each part only when what it stands on is healthy', () => {
    expect([...awaited('api-1')].sort()).toEqual(['mongodb', 'rabbitmq']);
    expect([...awaited('worker-2')].sort()).toEqual(['mongodb', 'rabbitmq']);
    expect([...awaited('scheduler-1')].sort()).toEqual(['mongodb', 'rabbitmq', 'zookeeper']);
    expect([...awaited('nginx')].sort()).toEqual(['api-1', 'api-2', 'mongodb', 'rabbitmq']);
    const conditions = all.flatMap(([, { depends_on: parts = {} }]) => Object.values(parts));
    expect(new Set(conditions.map(({ condition }) => condition))).toEqual(new Set(['service_healthy']));
  });

  it.each(all)(
    'has a health check for %s and starts it again when it ends',
    (_name, service: ComposeService) => {
      expect(service.healthcheck?.test.length).toBeGreaterThan(1);
      expect(service.restart).toBe('unless-stopped');
    },
  );

  it('publishes on 127.0.0.1 alone, and nothing but the API', () => {
    const published = all.flatMap(([, { ports = [] }]) => ports);
    expect(published).toHaveLength(1);
    for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('keeps the data of every broker in a named volume', () => {
    for (const broker of ['mongodb', 'rabbitmq', 'zookeeper']) {
      const volumes = compose.services[broker]!.volumes ?? [];
      expect(volumes.length).toBeGreaterThan(0);
      for (const volume of volumes) expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0]);
    }
  });

  const schedulers = ours.filter(({ kind }) => kind === 'scheduler');
  it.each(schedulers)('lets the others reach $name at its admin port', ({ name, kind, service }) => {
    const { CARILLON_ADMIN_HOST, CARILLON_ADMIN_URL } = service.environment!;
    expect(CARILLON_ADMIN_HOST).toBe('0.0.0.0');
    expect(CARILLON_ADMIN_URL).toBe(`http://${name}:${adminPortOf(kind)}`);
  });

  it('keeps the votes of each scheduler in a volume of its own, which its user may write', () => {
    const folders = schedulers.map(({ service }) => service.environment!['CARILLON_RAFT_FOLDER']);
    const volumes = schedulers.flatMap(({ service }) => service.volumes ?? []).map((one) => one.split(':'));
    expect(volumes.map(([, folder]) => folder)).toEqual(folders);
    expect(new Set(volumes.map(([volume]) => volume)).size).toBe(schedulers.length);
    for (const [volume] of volumes) expect(Object.keys(compose.volumes)).toContain(volume);
    for (const folder of folders)
      expect(readProjectFile('Dockerfile')).toContain(`chown node:node ${folder}`);
  });

  it('copies into the image what the build needs', () => {
    const dockerfile = readProjectFile('Dockerfile');
    const ignored = readProjectFile('.dockerignore');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) =>
      paths!.split(' '),
    );
    expect(copied).toEqual(
      expect.arrayContaining(['package-lock.json', 'tsconfig.build.json', 'shared', 'services']),
    );
    for (const path of copied) {
      expect(existsSync(join(projectRoot, path))).toBe(true);
      expect(ignored.split('\n')).toContain(`!${path}`);
    }
  });

  const hasCompose = spawnSync('docker-compose', ['version']).status === 0;
  it.runIf(hasCompose)('is accepted by Debian’s docker-compose', () => {
    const resolved = execFileSync('docker-compose', ['config', '--services'], {
      cwd: projectRoot,
      encoding: 'utf8',
    });
    expect(resolved.trim().split('\n').sort()).toEqual(Object.keys(compose.services).sort());
  });
});
