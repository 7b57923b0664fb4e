import { describe, expect, it } from 'vitest';
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
  const examples = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { requestBody }]) =>
      Object.entries(requestBody?.content['application/json']?.examples ?? {}).map(([name, { value }]) => ({
        name: `${method} ${path}: ${name}`,
        method: method.toUpperCase(),
        url: path.replace('{id}', 'tea'),
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
    expect(withBody).toHaveLength(5);
    expect(new Set(examples.map(({ name }) => name.split(': ')[0]))).toEqual(new Set(withBody));
  });

  it('has examples that are accepted as they are', async () => {
    const { call, examples } = await setup();
    await call('PUT', '/v1/timers/tea', { body: examples[0]!.value });
    const answers = await Promise.all(
      examples.map(async ({ name, method, url, value }) => {
        const { status, body } = await call(method, url, { body: value });
        const results = body.results ?? [];
        return { name, good: status < 300 && results.every((result) => result.status === 201) };
      }),
    );
    expect(answers.filter(({ good }) => !good)).toEqual([]);
  });

  it('offers a target that answers: this API itself, where it listens', async () => {
    const { call } = await openWorld({ config: { apiPort: 4100 } });
    const { body } = await call('GET', '/openapi.json');
    expect(JSON.stringify(body)).toContain('http://127.0.0.1:4100/health/live');
  });
});
