import { describe, expect, it } from 'vitest';
import {
  anonymous,
  reaches,
  refusalOf,
  roles,
  type Actor,
} from '../../../../../services/api/access/actor.js';
import { requirementOf } from '../../../../../services/api/access/operations.js';

const actorOf = (role: Actor['role'], ...namespaces: string[]): Actor => ({
  name: 'someone',
  keyId: 'car_1',
  role,
  namespaces,
});

describe('what an actor may', () => {
  it('is what its role may, and what lower roles may', () => {
    const allowed = roles.map((has) =>
      roles.filter(
        (needs) => refusalOf(actorOf(has, 'shop'), { role: needs, where: 'namespace' }, 'shop') === null,
      ),
    );
    expect(allowed).toEqual([['reader'], ['reader', 'writer'], ['reader', 'writer', 'admin']]);
  });

  it('ends at its namespaces, whatever its role', () => {
    const refusal = refusalOf(actorOf('admin', 'shop'), { role: 'reader', where: 'namespace' }, 'bank');
    expect(refusal).toContain('"bank"');
  });

  it('does not concern the cluster unless it is for all namespaces', () => {
    const needed = { role: 'reader', where: 'everywhere' } as const;
    expect(refusalOf(actorOf('admin', 'shop', 'bank'), needed, 'shop')).toContain('all namespaces');
    expect(refusalOf(actorOf('reader', '*'), needed, 'shop')).toBeNull();
  });

  it('is asked for by role alone where the operation looks after namespaces itself', () => {
    const needed = { role: 'admin', where: 'anywhere' } as const;
    expect(refusalOf(actorOf('admin', 'shop'), needed, 'bank')).toBeNull();
    expect(refusalOf(actorOf('writer', 'shop'), needed, 'shop')).toContain('admin');
  });

  it('reaches all namespaces only as one of all namespaces', () => {
    expect(reaches(actorOf('admin', 'shop'), ['*'])).toBe(false);
    expect(reaches(actorOf('admin', 'shop'), ['shop', 'bank'])).toBe(false);
    expect(reaches(anonymous, ['*', 'shop'])).toBe(true);
  });
});

describe('an operation that nobody placed', () => {
  it('is for admins of all namespaces', () => {
    expect(requirementOf({ operationId: 'brandNew' })).toEqual({ role: 'admin', where: 'everywhere' });
    expect(requirementOf({})).toEqual({ role: 'admin', where: 'everywhere' });
  });

  it('is open to each key where it is none, such as the answer to a wrong method', () => {
    expect(requirementOf({ hide: true })).toBeNull();
  });
});
