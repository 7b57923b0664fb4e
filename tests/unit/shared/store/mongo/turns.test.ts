/** Work under one key takes turns. */
import { describe, expect, it } from 'vitest';
import { Turns } from '../../../../../shared/store/mongo/turns.js';

describe('turns', () => {
  function setup() {
    const turns = new Turns();
    const steps: string[] = [];
    const work = (name: string) => async (): Promise<string> => {
      steps.push(`${name} begins`);
      await Promise.resolve();
      steps.push(`${name} ends`);
      return name;
    };
    return { turns, steps, work };
  }

  it('run one after the other under one key', async () => {
    const { turns, steps, work } = setup();

    const answers = await Promise.all([turns.take('x', work('a')), turns.take('x', work('b'))]);

    expect(answers).toEqual(['a', 'b']);
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('do not wait for those of another key', async () => {
    const { turns, steps, work } = setup();

    await Promise.all([turns.take('x', work('a')), turns.take('y', work('b'))]);

    expect(steps.slice(0, 2)).toEqual(['a begins', 'b begins']);
  });

  it('go on after one that fails, which alone is told', async () => {
    const { turns, work } = setup();

    const failing = turns.take('x', () => Promise.reject(new Error('refused')));
    const next = turns.take('x', work('b'));

    await expect(failing).rejects.toThrow('refused');
    expect(await next).toBe('b');
  });
});
