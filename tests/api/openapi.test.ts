import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { operationsOf, type Media, type OpenApi } from '../support/openapi/document.js';
import { schemasOf } from '../support/openapi/schemas.js';
import { whileTimePasses } from './passing-time.js';
import { openWorld } from './world.js';

interface Operation {
  requestBody?: { content: Record<string, { examples?: Record<string, { value: unknown }> }> };
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
}

async function setup() {
  const world = await openWorld();
  const { body } = await world.call('GET', '/openapi.json');
  const { paths } = body as unknown as Document;
  const key = { name: 'someone', role: 'reader', namespaces: ['kitchen'] };
  const keyId = (await world.call('POST', '/v1/keys', { body: key })).body.id;
  const examples = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { requestBody }]) =>
      Object.entries(requestBody?.content['application/json']?.examples ?? {}).map(([name, { value }]) => ({
        name: `${method} ${path}: ${name}`,
        method: method.toUpperCase(),
        url: path.replace('{id}', path.startsWith('/v1/keys') ? keyId : 'tea').replace('{ns}', 'kitchen'),
        value,
      })),
    ),
  );
  return { ...world, paths, examples };
}

describe('the OpenAPI document', () => {
  it('has examples for every request with a body', async () => {
    const { paths, examples } = await setup();
    const withBody = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([, { requestBody }]) => requestBody)
        .map(([method]) => `${method} ${path}`),
    );
    expect(withBody.length).toBeGreaterThan(15);
    expect(new Set(examples.map(({ name }) => name.split(': ')[0]))).toEqual(new Set(withBody));
  });

  it('has examples that are accepted as they are', async () => {
    const { call, clock, examples } = await setup();
    await call('PUT', '/v1/timers/tea', { body: examples[0]!.value });
    const answers: { name: string; good: boolean }[] = [];
    for (const { name, method, url, value } of examples) {
      const { status, body } = await whileTimePasses(clock, call(method, url, { body: value }));
      const results = body.results ?? [];
      answers.push({ name, good: status < 300 && results.every((result) => result.status < 300) });
    }
    expect(answers.filter(({ good }) => !good)).toEqual([]);
  });

  it('offers a target that answers: this API itself, where it listens', async () => {
    const { call } = await openWorld({ config: { apiPort: 4100 } });
    const { body } = await call('GET', '/openapi.json');
    expect(JSON.stringify(body)).toContain('http://127.0.0.1:4100/health/live');
  });

  it('is what OpenAPI 3.1 asks for, by a validator of others', async () => {
    const { document } = await described();
    expect(await complaintsOf(document)).toEqual([]);
  });

  it.each<[string, (document: OpenApi) => void]>([
    ['an operation that answers nothing', ({ paths }) => void (paths['/v1/timers']!['get']!.responses = {})],
    [
      'a parameter that is nowhere',
      ({ paths }) => void Object.assign(paths['/v1/timers']!['get']!.parameters![0]!, { in: 'nowhere' }),
    ],
    ['a misspelt field', ({ paths }) => void Object.assign(paths['/v1/timers']!['get']!, { sumary: 'x' })],
  ])('would be found out with %s', async (_what, spoil) => {
    const { document } = await described();
    spoil(document);
    expect(await complaintsOf(document)).not.toEqual([]);
  });

  it('has schemas that a strict JSON Schema validator takes, and that fit their own examples', async () => {
    const { document, media } = await described();
    const schemas = schemasOf(document);
    const named: typeof media = Object.values(document.components.schemas).map((schema) => ({
      name: '',
      media: { schema },
    }));
    const complaints = [...media, ...named].flatMap(({ name, media: { schema, examples = {} } }) => {
      const inline = (schema['examples'] as unknown[] | undefined) ?? [];
      const values = [...inline, ...Object.values(examples).map(({ value }) => value)];
      schemas.complaint(schema, null);
      return values
        .flatMap((value) => schemas.complaint(schema, value) ?? [])
        .map((text) => `${name}${text}`);
    });
    expect(complaints).toEqual([]);
  });
});

/** The document, and each body that is sent or answered. */
async function described(): Promise<{ document: OpenApi; media: { name: string; media: Media }[] }> {
  const { call } = await openWorld();
  const { body } = await call('GET', '/openapi.json');
  const document = body as unknown as OpenApi;
  const media = operationsOf(document).flatMap(({ id, body: taken, answers }) => [
    ...(taken ? [{ name: id, media: taken }] : []),
    ...Object.entries(answers).flatMap(([status, { content = {} }]) =>
      Object.values(content).map((answered) => ({ name: `${id} ${status}`, media: answered })),
    ),
  ]);
  return { document, media };
}

async function complaintsOf(document: OpenApi): Promise<unknown[]> {
  const { valid, errors } = await new Validator().validate(document as unknown as Record<string, unknown>);
  return valid ? [] : [errors];
}
