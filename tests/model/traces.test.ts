import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { proofs } from './proofs.js';
import { tracesDocument } from './traces.js';

it(
  'traces.md says what the model does (npm run model -- --traces writes it anew)',
  { timeout: 120_000 },
  () => {
    const written = readFileSync(join(import.meta.dirname, 'traces.md'), 'utf8');
    expect(written).toBe(tracesDocument(proofs));
  },
);
