/**
 * "Who may import whom" as one table: each file belongs to the first layer whose pattern fits it, and may import what
 * the layer names and nothing else of ours. `$1` and `$2` stand for what the pattern caught, so a rule can say "its own room".
 */
import type { Import } from './import-graph.js';

interface Layer {
  name: string;
  files: RegExp;
  /** Patterns of our files that it may import. */
  may: string[];
  /** Patterns of our files of which it may import types only. */
  mayTypes?: string[];
  /** Patterns of packages and Node modules that it may import; all where none is given. */
  packages?: string[];
}

const pureFiles =
  'shared/(?:timers|ring)/[^/]+\\.ts|shared/events/(?:event|facts)\\.ts|shared/settings/(?:timeline|freshness|settings)\\.ts|shared/coordination/(?:raft|ranked)/(?:core|messages|state)\\.ts|shared/coordination/ranked/(?:answers|hearing|questions|roster|tenure|turn)\\.ts';
const portFiles =
  'shared/(?:store/(?:store|changes|keys|queries|quotas|processes|service-levels|test-clocks)|queue/(?:queue|bus)|coordination/(?:election|membership|registry))\\.ts';
const base = 'shared/base/.+';
const signature = 'shared/signature/.+';
/** Rooms in the middle: they use ports, never what stands behind them. */
const middle =
  'shared/(?:admin|cluster|definitions|events|service-levels|faults|presence|rpc|settings|process)/.+';
const telemetry = 'shared/telemetry/.+';
const config = 'shared/config/.+';

export const layers: readonly Layer[] = [
  { name: 'base', files: /^shared\/base\//, may: [base], packages: ['node:.+'] },
  {
    name: 'pure',
    files: new RegExp(`^(?:${pureFiles})$`),
    may: [pureFiles, 'shared/base/(?:ids|errors)\\.ts'],
    mayTypes: ['shared/base/random\\.ts'],
    packages: ['croner'],
  },
  {
    name: 'opener',
    files: /^shared\/(store|queue|coordination)\/open\.ts$/,
    may: [
      'shared/(?:store|queue|coordination)/.+',
      'shared/faults/bus\\.ts',
      base,
      pureFiles,
      config,
      telemetry,
    ],
    mayTypes: ['shared/rpc/rpc\\.ts', 'shared/faults/faults\\.ts'],
    packages: ['node:.+'],
  },
  {
    name: 'port',
    files: new RegExp(`^(?:${portFiles})$`),
    may: [pureFiles, portFiles],
    mayTypes: [base],
    packages: [],
  },
  {
    name: 'adapter',
    files: /^shared\/(store|queue|coordination)\/(?:([^/]+)\/)?/,
    may: ['shared/$1/(?:$2/.+|(?!open\\.ts)[^/]+\\.ts)', base, pureFiles],
    mayTypes: [
      telemetry,
      'shared/queue/bus\\.ts',
      'shared/store/(?:store|changes|keys|queries|quotas|processes)\\.ts',
      'shared/rpc/rpc\\.ts',
    ],
  },
  { name: 'config', files: /^shared\/config\//, may: [base, config], packages: ['typebox', 'node:.+'] },
  { name: 'telemetry', files: /^shared\/telemetry\//, may: [base, telemetry] },
  { name: 'signature', files: /^shared\/signature\//, may: [base, signature], packages: ['node:.+'] },
  {
    name: 'middle',
    files: /^shared\//,
    may: [base, pureFiles, portFiles, telemetry, config, signature, middle],
  },
  {
    name: 'standalone',
    files: /^services\/standalone\//,
    may: ['shared/.+', 'services/(?!.*main\\.ts).+'],
  },
  {
    name: 'main',
    files: /^services\/([^/]+)\/main\.ts$/,
    may: [
      'services/$1/.+',
      'services/[^/]+/config\\.ts',
      base,
      pureFiles,
      portFiles,
      telemetry,
      config,
      middle,
      'shared/(?:store|queue|coordination)/open\\.ts',
    ],
  },
  {
    name: 'service',
    files: /^services\/([^/]+)\//,
    may: ['services/$1/(?!main\\.ts).+', base, pureFiles, portFiles, telemetry, config, signature, middle],
  },
  {
    name: 'deploy',
    files: /^deploy\//,
    may: ['deploy/.+', base, config, 'shared/process/.+', 'services/[^/]+/config\\.ts'],
  },
  // A browser runs it: no package, nothing of Node, nothing of the services.
  { name: 'sdk', files: /^clients\/sdk\//, may: ['clients/sdk/.+'], packages: [] },
  {
    name: 'cli',
    files: /^clients\/cli\//,
    may: ['clients/(?:cli|sdk)/.+'],
    packages: ['node:.+'],
  },
  { name: 'generator', files: /^clients\/generator\//, may: ['clients/generator/.+'], packages: [] },
  { name: 'tests', files: /^tests\//, may: ['.+'] },
];

/** Packages that one room alone knows, so that another can be put in its place. */
export const rooms: Readonly<Record<string, RegExp>> = {
  mongodb: /^shared\/store\/mongo\/|^deploy\/local\//,
  '@photostructure/sqlite': /^shared\/store\/sqlite\//,
  amqplib: /^shared\/queue\/rabbitmq\//,
  'node-zookeeper-client': /^shared\/coordination\/zookeeper\//,
  axios: /^services\/worker\/delivery\//,
  'axios-retry': /^services\/worker\/delivery\//,
  undici: /^services\/worker\/delivery\//,
  pino: /^shared\/telemetry\//,
  'prom-client': /^shared\/telemetry\//,
};

/** The imports that break a rule, each as a sentence. */
export function violationsOf(imports: readonly Import[]): string[] {
  return imports.flatMap((edge) => [...layerViolations(edge), ...roomViolations(edge)]);
}

function layerViolations({ from, to, typeOnly }: Import): string[] {
  const layer = layers.find(({ files }) => files.test(from));
  if (!layer) return [`${from} belongs to no layer`];
  const caught = layer.files.exec(from)!;
  const fits = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => new RegExp(`^(?:${fill(pattern, caught)})$`).test(to));
  const allowed = isOurs(to)
    ? fits(layer.may) || (typeOnly && fits(layer.mayTypes ?? []))
    : !layer.packages || fits(layer.packages);
  return allowed ? [] : [`${layer.name}: ${from} may not import ${to}`];
}

function fill(pattern: string, caught: RegExpExecArray): string {
  return pattern.replace(/\$(\d)/g, (_all, group: string) => caught[Number(group)] ?? '');
}

function isOurs(to: string): boolean {
  return /^(?:shared|services|deploy|tests|clients)\//.test(to);
}

function roomViolations({ from, to }: Import): string[] {
  const room = rooms[to];
  if (!room || room.test(from) || from.startsWith('tests/')) return [];
  return [`${from} may not import ${to}, which is known in ${room.source} alone`];
}
