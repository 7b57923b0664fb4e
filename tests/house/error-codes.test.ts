import { describe, expect, it } from 'vitest';
import { problemCodes } from '../../services/api/schemas/problem-codes.js';
import { errorCodes } from '../../shared/base/errors.js';
import { attemptErrors } from '../../shared/timers/outcome.js';
import { readProjectFile } from './source-files.js';

/** The codes that a heading or the first column of a table names. */
function documentedCodes(): string[] {
  const rows = readProjectFile('docs/errors.md').matchAll(/^(?:#+ |\| )`([a-z0-9-]+)`/gm);
  return [...rows].map(([, code]) => code!);
}

describe('docs/errors.md', () => {
  it('explains every code that an answer, an attempt or a log can bear, and no other', () => {
    const codes = new Set<string>([...problemCodes, ...attemptErrors, ...errorCodes]);
    expect([...new Set(documentedCodes())].sort()).toEqual([...codes].sort());
  });
});
