import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../house/source-files.js';

/** What TypeScript says about a file when it is compiled for a page: the types of the web, none of Node. */
function complaintsOf(file: string, text?: string): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const { readFile } = host;
  host.readFile = (path) => (path === file ? (text ?? readFile(path)) : readFile(path));
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('the client in a browser', () => {
  const file = join(projectRoot, 'clients/sdk/carillon.ts');

  it('needs nothing of Node', { timeout: 60_000 }, () => {
    expect(complaintsOf(file)).toEqual([]);
  });

  it('would be found out if it did', { timeout: 60_000 }, () => {
    expect(complaintsOf(file, 'export const folder = process.cwd();')).not.toEqual([]);
  });
});
