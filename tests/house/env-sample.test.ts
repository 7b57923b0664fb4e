import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { environmentSample, serviceSchemas } from '../../deploy/local/service-schemas.js';
import { clusterSchema } from '../../shared/config/cluster.js';
import { loadConfig } from '../../shared/config/load.js';
import { readProjectFile } from './source-files.js';

const services = Object.keys(serviceSchemas);
const schemas = [clusterSchema, ...Object.values(serviceSchemas)];

/** The variables that the sample sets when every line is taken out of its comment. */
function uncommented(sample: string): Record<string, string> {
  const rows = sample.matchAll(/^#?(CARILLON_[A-Z_]+)=(.*)$/gm);
  return Object.fromEntries([...rows].map(([, name, value]) => [name!, value!]));
}

describe('.env.sample', () => {
  const sample = readProjectFile('.env.sample');

  it('is what the schemas give (npm run env_sample writes it)', () => {
    expect(sample).toBe(environmentSample());
  });

  it('sets nothing until a line is taken out of its comment', () => {
    expect(sample.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  it.each(services)('shows defaults that the %s reads as its defaults', (service) => {
    const own = serviceSchemas[service as keyof typeof serviceSchemas];
    const schema = Type.Object({ ...clusterSchema.properties, ...own.properties });
    const others = services.filter((other) => other !== service);
    expect(loadConfig(schema, uncommented(sample), others)).toEqual(loadConfig(schema, {}));
  });

  it('describes every variable', () => {
    const properties = schemas.flatMap((schema) => Object.entries(schema.properties));
    const silent = properties.filter(([, rule]) => !(rule as { description?: string }).description);
    expect(silent.map(([name]) => name)).toEqual([]);
  });

  it('names every variable once', () => {
    const names = schemas.flatMap((schema) => Object.keys(schema.properties));
    expect(names).toHaveLength(new Set(names).size);
    expect(Object.keys(uncommented(sample))).toHaveLength(names.length);
  });
});
