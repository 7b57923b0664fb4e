import { describe, expect, it } from 'vitest';
import { problemCodes, statusOf, type ProblemCode } from '../../services/api/schemas/problem-codes.js';
import { codesOf, type Answer } from '../support/openapi/document.js';
import { describedApp } from './api-app.js';
import { readProjectFile, sourceFiles } from './source-files.js';

interface Operation {
  operationId?: string;
  summary?: string;
  tags?: string[];
  parameters?: { in: string; name: string }[];
  responses: Record<string, Answer | { $ref: string }>;
}

interface OpenApiDocument {
  openapi: string;
  info: { version: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; responses: Record<string, Answer> };
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

function answerOf({ responses }: Operation, status: string): Answer {
  const answer = responses[status]!;
  return '$ref' in answer ? document.components.responses[answer.$ref.split('/').at(-1)!]! : answer;
}

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
    expect(statuses).toEqual(expect.arrayContaining(['400', '401', '408', '431', '500', '503']));
    for (const status of statuses.filter((code) => code >= '400'))
      expect(Object.keys(answerOf(operation, status).content ?? {})).toEqual(['application/problem+json']);
  });

  it('declares every code of docs/errors.md where it can happen, under its status', () => {
    const declared = new Set<string>();
    for (const { operation } of operations)
      for (const status of Object.keys(operation.responses).filter((code) => code >= '400'))
        for (const code of codesOf(answerOf(operation, status))) {
          expect(`${statusOf(code as ProblemCode)}`).toBe(status);
          declared.add(code);
        }
    const noOperation: readonly string[] = ['route-not-found', 'method-not-allowed'];
    expect([...declared].sort()).toEqual(problemCodes.filter((code) => !noOperation.includes(code)).sort());
  });

  it.each(operations)('describes each part of the path of $name, and no other', ({ path, operation }) => {
    const named = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
    const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, part]) => part);
    expect(named.map(({ name }) => name)).toEqual(parts);
  });

  it('refers to nothing that is not there', () => {
    const references = [...served.body.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!);
    expect(references.length).toBeGreaterThan(0);
    const known = Object.entries(document.components).flatMap(([kind, parts]) =>
      Object.keys(parts).map((name) => `#/components/${kind}/${name}`),
    );
    expect(known).toEqual(expect.arrayContaining([...new Set(references)]));
  });
});
