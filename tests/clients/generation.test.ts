import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { clientSource } from '../../clients/generator/client-source.js';
import type { OpenApi, Schema } from '../../clients/generator/openapi.js';
import { describedApp } from '../house/api-app.js';

const file = new URL('../../clients/sdk/generated.ts', import.meta.url).pathname;

async function served(): Promise<OpenApi> {
  const answer = await describedApp().inject({ method: 'GET', url: '/openapi.json' });
  return answer.json<OpenApi>();
}

/** A document whose one operation answers a thing of this schema. */
function documentOf(schema: Schema): OpenApi {
  return { paths: {}, components: { schemas: { Thing: schema } } };
}

const thing = (properties: Record<string, Schema>, required: string[] = []): string =>
  clientSource(documentOf({ type: 'object', properties, required }));

describe('the generated half of the client', () => {
  it('is what the OpenAPI document gives (run with --update to write it)', async () => {
    const options = await resolveConfig(file);
    const source = await format(clientSource(await served()), { ...options, filepath: file });
    await expect(source).toMatchFileSnapshot(file);
  });

  it('has a method for every operation but the stream of events', async () => {
    const document = await served();
    const source = clientSource(document);
    const ids = Object.values(document.paths)
      .flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
      .filter((id) => id !== 'listenToEvents');
    expect(ids.length).toBeGreaterThan(15);
    for (const id of ids) expect(source).toMatch(new RegExp(`^ *${id}\\(`, 'm'));
  });

  it('never says any', async () => {
    expect(clientSource(await served())).not.toMatch(/:\s*any\b|<any>/);
  });
});

describe('the generator', () => {
  it.each<[string, Schema, string]>([
    ['an enum', { enum: ['a', 1] }, '"a" | 1'],
    ['a nullable string', { type: ['string', 'null'] }, 'string | null'],
    ['an integer', { type: 'integer' }, 'number'],
    ['a choice', { anyOf: [{ type: 'string' }, { type: 'number' }] }, 'string | number'],
    ['a list of a choice', { type: 'array', items: { type: ['string', 'null'] } }, '(string | null)[]'],
    ['a reference', { $ref: '#/components/schemas/Problem' }, 'Problem'],
    ['a map', { type: 'object', additionalProperties: { type: 'string' } }, 'Record<string, string>'],
    ['an object of anything', { type: 'object' }, 'Record<string, unknown>'],
    ['anything', {}, 'unknown'],
    ['an object within', { type: 'object', properties: { n: { type: 'integer' } } }, 'ThingField'],
    ['a titled one', { title: 'Part', type: 'object', properties: { n: { type: 'integer' } } }, 'Part'],
  ])('writes %s', (_what, schema, type) => {
    expect(thing({ field: schema }, ['field'])).toContain(`field: ${type};`);
  });

  it('lets what is not required be left out or undefined', () => {
    expect(thing({ field: { type: 'string' } })).toContain('field?: string | undefined;');
  });

  it('declares the same object once', () => {
    const part = { type: 'object', properties: { n: { type: 'integer' } } };
    const source = thing({ one: part, other: part }, ['one', 'other']);
    expect(source.match(/export interface ThingO\w+/g)).toEqual(['export interface ThingOne']);
    expect(source).toContain('other: ThingOne;');
  });

  it('declares what is called by two names under both', () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } } };
    const source = clientSource({ paths: {}, components: { schemas: { One: schema, Other: schema } } });
    expect(source).toContain('export interface One {');
    expect(source).toContain('export type Other = One;');
  });

  it('gives an operation that takes nothing no request', () => {
    const operation = { operationId: 'look', summary: 'Look', responses: { 204: {} } };
    const source = clientSource({ paths: { '/look': { get: operation } }, components: { schemas: {} } });
    expect(source).toContain('look(options?: CallOptions): Promise<void>');
    expect(source).not.toContain('LookRequest');
  });

  it('refuses two different objects of one title', () => {
    const part = (name: string): Schema => ({ title: 'Part', type: 'object', properties: { [name]: {} } });
    expect(() => thing({ one: part('a'), other: part('b') })).toThrow('Part');
  });

  it('lets no description end its comment', () => {
    expect(thing({ field: { type: 'string', description: 'such as */5 * * * *' } })).toContain('*\\/5');
  });
});
