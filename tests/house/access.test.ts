import { describe, expect, it } from 'vitest';
import { requirements } from '../../services/api/access/operations.js';
import { describedApp } from './api-app.js';

interface Document {
  paths: Record<string, Record<string, { operationId: string }>>;
}

const served = await describedApp().inject({ method: 'GET', url: '/openapi.json' });
const operations = Object.values(served.json<Document>().paths)
  .flatMap((methods) => Object.values(methods))
  .map(({ operationId }) => operationId)
  .sort();

describe('the table of rights in services/api/access/operations.ts', () => {
  it('has a line for each operation, with the role that it needs and where', () => {
    const missing = operations.filter((operation) => !(operation in requirements));
    expect(missing, 'add a line for each of these to services/api/access/operations.ts').toEqual([]);
  });

  it('has none for what is no operation', () => {
    expect(Object.keys(requirements).filter((operation) => !operations.includes(operation))).toEqual([]);
  });
});
