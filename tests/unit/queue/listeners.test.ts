/** Which topics a pattern matches, and that no listener stands in another's way. */
import { describe, expect, it } from 'vitest';
import { Listeners, topicMatches } from '../../../shared/queue/listeners.js';

describe('a pattern', () => {
  it.each([
    ['nudge.17', 'nudge.17'],
    ['nudge.*', 'nudge.17'],
    ['*', 'nudge'],
    ['*.*.c', 'a.b.c'],
  ])('%s matches %s', (pattern, topic) => {
    expect(topicMatches(pattern, topic)).toBe(true);
  });

  it.each([
    ['nudge.17', 'nudge.1'],
    ['nudge.*', 'nudge'],
    ['nudge.*', 'nudge.1.2'],
    ['*', 'a.b'],
    ['nudge.1*', 'nudge.17'],
    ['nudge', 'nudge.17'],
  ])('%s does not match %s', (pattern, topic) => {
    expect(topicMatches(pattern, topic)).toBe(false);
  });
});

describe('listeners', () => {
  function setup() {
    const errors: unknown[] = [];
    const heard: string[] = [];
    const listeners = new Listeners((error) => errors.push(error));
    return { listeners, errors, heard };
  }

  it('name each pattern once, until its last listener is removed', () => {
    const { listeners } = setup();
    const removals = [listeners.add('a.*', () => {}), listeners.add('a.*', () => {})];
    listeners.add('b', () => {});
    expect([...listeners.patterns()]).toEqual(['a.*', 'b']);
    removals[0]!();
    expect([...listeners.patterns()]).toEqual(['a.*', 'b']);
    removals[1]!();
    expect([...listeners.patterns()]).toEqual(['b']);
  });

  it('may remove themselves while they are called', () => {
    const { listeners, heard } = setup();
    const remove = listeners.add('a', () => {
      heard.push('first');
      remove();
    });
    listeners.add('a', () => heard.push('second'));
    listeners.dispatch('a', null);
    listeners.dispatch('a', null);
    expect(heard).toEqual(['first', 'second', 'second']);
  });

  it('all hear a message although one of them throws, which is reported', () => {
    const { listeners, errors, heard } = setup();
    const error = new Error('on purpose');
    listeners.add('a', () => {
      throw error;
    });
    listeners.add('a', () => heard.push('second'));
    listeners.dispatch('a', null);
    expect(heard).toEqual(['second']);
    expect(errors).toEqual([error]);
  });
});
