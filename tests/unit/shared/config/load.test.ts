import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { CarillonError } from '../../../../shared/base/errors.js';
import { type Environment, loadConfig, variableName } from '../../../../shared/config/load.js';

const schema = Type.Object({
  name: Type.Optional(Type.String({ description: 'name of the process' })),
  port: Type.Integer({ default: 3000, minimum: 1, maximum: 65_535, description: 'the port' }),
  ratio: Type.Number({ default: 0.5, description: 'a ratio' }),
  isLoud: Type.Boolean({ default: false, description: 'says everything' }),
  hosts: Type.Array(Type.String(), { default: [], description: 'hosts' }),
});

const secretive = Type.Object({
  storeUrl: Type.String({ pattern: '^mongodb:', description: 'the store', secret: true }),
});

/** The message of a refusal. */
function refusalOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    expect(error).toBeInstanceOf(CarillonError);
    expect((error as CarillonError).code).toBe('invalid-configuration');
    return (error as CarillonError).message;
  }
  throw new Error('nothing was refused');
}

const load = (environment: Environment) => loadConfig(schema, environment);

describe('the name of a variable', () => {
  it.each([
    ['port', 'CARILLON_PORT'],
    ['adminPort', 'CARILLON_ADMIN_PORT'],
    ['workerResponseLimitBytes', 'CARILLON_WORKER_RESPONSE_LIMIT_BYTES'],
  ])('of %s is %s', (property, name) => {
    expect(variableName(property)).toBe(name);
  });
});

describe('a configuration', () => {
  it('is made of defaults where nothing is set, and leaves out what is optional', () => {
    expect(load({})).toEqual({ port: 3000, ratio: 0.5, isLoud: false, hosts: [] });
  });

  it('takes a variable that is empty for one that is not set', () => {
    expect(load({ CARILLON_PORT: '', CARILLON_NAME: '' })).toEqual(load({}));
  });

  it('reads numbers, booleans, lists and text', () => {
    const environment = {
      CARILLON_NAME: 'a',
      CARILLON_PORT: '80',
      CARILLON_RATIO: '0.25',
      CARILLON_IS_LOUD: 'true',
      CARILLON_HOSTS: 'a, b,,c ',
    };
    expect(load(environment)).toEqual({
      name: 'a',
      port: 80,
      ratio: 0.25,
      isLoud: true,
      hosts: ['a', 'b', 'c'],
    });
  });

  it('cannot be changed', () => {
    expect(load({})).toSatisfy(Object.isFrozen);
  });

  it('is not touched by variables of others', () => {
    expect(load({ PATH: '/bin', PORT: '1' })).toEqual(load({}));
  });
});

describe('a mistaken configuration', () => {
  it.each([
    ['CARILLON_PORT', '0'],
    ['CARILLON_PORT', '80.5'],
    ['CARILLON_PORT', 'eighty'],
    ['CARILLON_PORT', ' '],
    ['CARILLON_RATIO', 'NaN'],
    ['CARILLON_IS_LOUD', 'yes'],
  ])('with %s=%s is refused, and told what the variable is', (name, value) => {
    const message = refusalOf(() => load({ [name]: value }));
    expect(message).toMatch(new RegExp(`${name} is wrong: "?${value}"? must `));
    expect(message).toMatch(/it is: (?:the port|a ratio|says everything)$/);
  });

  it('is told all its mistakes at once', () => {
    const message = refusalOf(() =>
      load({ CARILLON_PORT: 'x', CARILLON_IS_LOUD: 'x', CARILLON_PROT: '1', CARILLON_RATIO: '1' }),
    );
    expect(message).toContain('3 mistake(s)');
    for (const name of ['CARILLON_PORT', 'CARILLON_IS_LOUD', 'CARILLON_PROT'])
      expect(message).toContain(name);
    expect(message).not.toContain('CARILLON_RATIO');
  });

  it('that misspells a variable is refused', () => {
    expect(refusalOf(() => load({ CARILLON_PROT: '80' }))).toContain('CARILLON_PROT is not a known variable');
  });

  it('is not one because another service’s variables stand beside it', () => {
    expect(loadConfig(schema, { CARILLON_WORKER_SLOTS: '5' }, ['worker'])).toEqual(load({}));
    expect(refusalOf(() => loadConfig(schema, { CARILLON_WORKERS: '5' }, ['worker']))).toContain(
      'CARILLON_WORKERS',
    );
  });

  it('that lacks what is required is refused', () => {
    expect(refusalOf(() => loadConfig(secretive, {}))).toContain('CARILLON_STORE_URL is required: the store');
  });

  it('never shows a secret', () => {
    const message = refusalOf(() => loadConfig(secretive, { CARILLON_STORE_URL: 'amqp://me:pass@host' }));
    expect(message).toContain('CARILLON_STORE_URL is wrong: its value');
    expect(message).not.toContain('pass');
  });
});
