import { describe, expect, it } from 'vitest';
import { Definitions } from '../../../../shared/definitions/definitions.js';
import { definitionKey, type DefinitionRef } from '../../../../shared/store/store.js';
import type { Definition } from '../../../../shared/timers/timer.js';
import { makeDefinition, makeExecution, makeTimer } from '../../../support/factories.js';

function setup(budgetBytes?: number) {
  const stored = new Map<string, Definition>();
  const reads: string[][] = [];
  const store = {
    definitions: (refs: DefinitionRef[]) => {
      reads.push(refs.map(definitionKey));
      return Promise.resolve(stored);
    },
  };
  /** An execution of a timer of its own, whose body is of so many characters. */
  const execution = (uid: string, length = 0) => {
    const plain = makeDefinition();
    const definition = { ...plain, target: { ...plain.target, body: 'x'.repeat(length) } };
    stored.set(definitionKey({ uid, version: 1 }), definition);
    return makeExecution(makeTimer({ uid, definition }));
  };
  return { definitions: new Definitions(store, budgetBytes), execution, stored, reads };
}

describe('definitions', () => {
  it('are read in batches, and once', async () => {
    const { definitions, execution, reads } = setup();
    const [a, b, c] = ['a', 'b', 'c'].map((uid) => execution(uid));
    await Promise.all([definitions.of(a!), definitions.of(b!), definitions.of(c!)]);
    await definitions.of(b!);
    expect(reads.flat()).toEqual(['a:1', 'b:1', 'c:1']);
    expect(reads.length).toBeLessThan(3);
  });

  it('are null where the store has none, and asked for again', async () => {
    const { definitions, execution, stored, reads } = setup();
    const gone = execution('gone');
    stored.clear();
    expect(await definitions.of(gone)).toBeNull();
    expect(await definitions.of(gone)).toBeNull();
    expect(reads).toEqual([['gone:1'], ['gone:1']]);
  });

  it('are let go of by size, those first that were not used for longest', async () => {
    const { definitions, execution, reads } = setup(10_000);
    const [a, b, c] = ['a', 'b', 'c'].map((uid) => execution(uid, 1_500));
    await definitions.of(a!);
    await definitions.of(b!);
    await definitions.of(a!);
    await definitions.of(c!);
    reads.length = 0;
    await definitions.of(a!);
    await definitions.of(c!);
    expect(reads).toEqual([]);
    await definitions.of(b!);
    expect(reads).toEqual([['b:1']]);
  });

  it('are read each time where one alone is beyond the bound', async () => {
    const { definitions, execution, reads } = setup(10_000);
    const large = execution('large', 20_000);
    await definitions.of(large);
    await definitions.of(large);
    expect(reads).toEqual([['large:1'], ['large:1']]);
  });
});
