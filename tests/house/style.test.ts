import { describe, expect, it } from 'vitest';
import { projectFiles, readProjectFile, sourceFiles } from './source-files.js';
import { bannerComplaints, headComplaints, nameComplaints, pathComplaints } from './style.js';

describe('style', () => {
  const sources = sourceFiles().map((file) => ({ file, text: readProjectFile(file) }));

  it('calls every source by a kebab-case name that says something', () => {
    expect(sources.flatMap(({ file }) => nameComplaints(file))).toEqual([]);
  });

  it('opens every source with what it is', () => {
    expect(sources.flatMap(({ file, text }) => headComplaints(file, text))).toEqual([]);
  });

  it('puts up no banners', () => {
    expect(sources.flatMap(({ file, text }) => bannerComplaints(file, text))).toEqual([]);
  });

  it('names no path of one machine', () => {
    const files = projectFiles().filter((file) => !/\.(?:png|ico|woff2?)$/.test(file));
    expect(files).toContain('package.json');
    expect(files.flatMap((file) => pathComplaints(file, readProjectFile(file)))).toEqual([]);
  });
});

describe('the style rules themselves', () => {
  it.each(['shared/utils/a.ts', 'shared/base/types.ts', 'services/api/index.ts', 'shared/base/dueHeap.ts'])(
    'refuse the name %s',
    (file) => {
      expect(nameComplaints(file)).toHaveLength(1);
    },
  );

  it('accept nouns in kebab-case and what tests are called', () => {
    expect(nameComplaints('shared/store/mongo/due-timers.ts')).toEqual([]);
    expect(nameComplaints('tests/contracts/store.mongodb.test.ts')).toEqual([]);
  });

  it('refuse a source that does not say what it is', () => {
    expect(headComplaints('a.ts', 'const a = 1;')).toHaveLength(1);
    expect(headComplaints('a.ts', '/** A. */\nconst a = 1;')).toEqual([]);
  });

  it('refuse a banner, not a diagram', () => {
    expect(bannerComplaints('a.ts', `/* ${'─'.repeat(12)} */`)).toEqual(['a.ts:1 is a banner']);
    expect(bannerComplaints('a.ts', ' *   active ──cancel──► cancelled')).toEqual([]);
  });

  it('refuse paths of one machine, not parts of words', () => {
    const path = ['', 'home', 'someone', 'x'].join('/');
    expect(pathComplaints('a.ts', `see ${path}`)).toEqual(['a.ts:1 names a path of one machine']);
    expect(pathComplaints('a.ts', 'services/worker/delivery and network/home')).toEqual([]);
  });
});
