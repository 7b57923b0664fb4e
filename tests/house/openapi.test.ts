import { describe, expect, it } from 'vitest';
import { describedApp } from './api-app.js';
import { readProjectFile, sourceFiles } from './source-files.js';

interface Operation {
  operationId?: string;
  summary?: string;
  tags?: string[];
  responses: Record<string, { content?: Record<string, { schema?: object }> }>;
}

interface OpenApiDocument {
  openapi: string;
  info: { version: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

const app = describedApp();
const served = await app.inject({ method: 'GET', url: '/openapi.json' });
const document = served.json<OpenApiDocument>();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method} ${path}`,
    path,
    method,
    operation,
  })),
);

/** The paths that the route files name, as OpenAPI writes them. */
function pathsInSource(): string[] {
  const files = sourceFiles(['services']).filter((file) => file.startsWith('services/api/routes/'));
  const literals = files.flatMap((file) => [
    ...readProjectFile(file).matchAll(/'(\/(?:v1\/|timers)[^' ]*)'/g),
  ]);
  const paths = literals.map(([, path]) =>
    path!.replace(/:(:?)(\w+)/g, (_all, colon, word) => (colon ? `:${word}` : `{${word}}`)),
  );
  return [...new Set(paths)].sort();
}

describe('the OpenAPI document', () => {
  it('is served, as OpenAPI 3.1 and in the version of the package', () => {
    expect(served.statusCode).toBe(200);
    expect(document.openapi).toMatch(/^3\.1\./);
    const { version } = JSON.parse(readProjectFile('package.json')) as { version: string };
    expect(document.info.version).toBe(version);
  });

  it('has every path that the routes name, and no other', () => {
    expect(Object.keys(document.paths).sort()).toEqual(pathsInSource());
  });

  it.each(Object.entries(document.paths))('has every method of %s, and no other', async (path, methods) => {
    const url = path.replace('{id}', 'some-id');
    const { statusCode, headers } = await app.inject({ method: 'OPTIONS', url });
    expect(statusCode).toBe(405);
    const allowed = String(headers['allow']).toLowerCase().split(', ');
    expect(allowed.filter((method) => method !== 'head').sort()).toEqual(Object.keys(methods).sort());
  });

  it.each(operations)('says of $name what it does, under a known tag', ({ operation }) => {
    expect(operation.summary).toMatch(/^[A-Z].+[^.]$/);
    expect(operation.tags).toHaveLength(1);
    expect(document.tags.map(({ name }) => name)).toContain(operation.tags![0]);
  });

  it('gives every operation an id of its own', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids.every(Boolean)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(operations)('tells the answers of $name, the failures as problem documents', ({ operation }) => {
    const statuses = Object.keys(operation.responses);
    expect(statuses.some((status) => status.startsWith('2'))).toBe(true);
    expect(statuses).toEqual(expect.arrayContaining(['400', '401', '500', '503']));
    for (const status of statuses.filter((code) => code >= '400'))
      expect(Object.keys(operation.responses[status]!.content ?? {})).toEqual(['application/problem+json']);
  });

  it('refers to nothing that is not there', () => {
    const references = [...served.body.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!);
    expect(references.length).toBeGreaterThan(0);
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(known).toEqual(expect.arrayContaining([...new Set(references)]));
  });
});
