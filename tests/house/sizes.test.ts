import { describe, expect, it } from 'vitest';
import { functionSizes, lineCount, portSizes, type Size } from './sizes.js';
import { readProjectFile, sourceFiles } from './source-files.js';

const longestFile = 300;
/** A suite is a list of tests, read one at a time. */
const longestSuite = 500;
const longestFunction = 50;
const largestPort = 12;

/** Nobody reads it as a whole: what stands in it is read in an editor, a name at a time. */
const generated = 'clients/sdk/generated.ts';

const above = (limit: number, sizes: Size[]) => sizes.filter(({ size }) => size > limit);

describe('sizes', () => {
  const sources = sourceFiles()
    .filter((file) => file !== generated)
    .map((file) => ({ file, text: readProjectFile(file) }));
  // The body of a `describe` is a list of tests, not a function to understand at once.
  const product = sources.filter(
    ({ file }) => !file.startsWith('tests/') || file.startsWith('tests/support/'),
  );

  it(`keeps every file within ${longestFile} lines, a suite within ${longestSuite}`, () => {
    const files = sources.map(({ file, text }) => ({ what: file, size: lineCount(text) }));
    const isSuite = ({ what }: Size) => what.startsWith('tests/') && !what.startsWith('tests/support/');
    expect(above(longestSuite, files.filter(isSuite))).toEqual([]);
    expect(
      above(
        longestFile,
        files.filter((file) => !isSuite(file)),
      ),
    ).toEqual([]);
  });

  it(`keeps every function within ${longestFunction} lines`, () => {
    const functions = product.flatMap(({ file, text }) => functionSizes(file, text));
    expect(functions.length).toBeGreaterThan(100);
    expect(above(longestFunction, functions)).toEqual([]);
  });

  it(`keeps every port within ${largestPort} methods`, () => {
    const ports = product.flatMap(({ file, text }) => portSizes(file, text));
    expect(ports.length).toBeGreaterThan(10);
    expect(above(largestPort, ports)).toEqual([]);
  });
});

describe('the measures themselves', () => {
  it('count lines without the last line break', () => {
    expect(lineCount('a\nb\n')).toBe(2);
  });

  it('find functions, methods and arrow functions by name', () => {
    const text = `function long() {\n\n}\nclass A {\n  run() {\n  }\n}\nconst arrow = () => {\n\n\n};\n`;
    expect(functionSizes('a.ts', text)).toEqual([
      { what: 'a.ts:1 long', size: 3 },
      { what: 'a.ts:5 run', size: 2 },
      { what: 'a.ts:8 arrow', size: 4 },
    ]);
  });

  it('count the methods of an interface, not its properties', () => {
    expect(portSizes('a.ts', 'interface Port { size: number; open(): void; close(): void }')).toEqual([
      { what: 'a.ts Port', size: 2 },
    ]);
  });
});
