import { describe, expect, it } from 'vitest';
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
  const examples = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { requestBody }]) =>
      Object.entries(requestBody?.content['application/json']?.examples ?? {}).map(([name, { value }]) => ({
        name: `${method} ${path}: ${name}`,
        method: method.toUpperCase(),
        url: path.replace('{id}', 'tea').replace('{ns}', 'kitchen'),
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
    expect(withBody).toHaveLength(11);
    expect(new Set(examples.map(({ name }) => name.split(': ')[0]))).toEqual(new Set(withBody));
  });

  it('has examples that are accepted as they are', async () => {
    const { call, clock, examples } = await setup();
    await call('PUT', '/v1/timers/tea', { body: examples[0]!.value });
    const answers: { name: string; good: boolean }[] = [];
    for (const { name, method, url, value } of examples) {
      const { status, body } = await whileTimePasses(clock, call(method, url, { body: value }));
      const results = body.results ?? [];
      answers.push({ name, good: status < 300 && results.every((result) => result.status === 201) });
    }
    expect(answers.filter(({ good }) => !good)).toEqual([]);
  });

  it('offers a target that answers: this API itself, where it listens', async () => {
    const { call } = await openWorld({ config: { apiPort: 4100 } });
    const { body } = await call('GET', '/openapi.json');
    expect(JSON.stringify(body)).toContain('http://127.0.0.1:4100/health/live');
  });
});
