/** Writes down why each guard is there: tests/model/traces.md, whole. */
import type { Breach } from './explore.js';
import { guards } from './guards.js';
import { exploreWithout, type Proof } from './proofs.js';

const head = `# Why each guard is there

Each guard of the protocol was taken out of the model alone, and this is the shortest way to what breaks. Written by
\`npm run model -- --traces\`; a test keeps it true. [README.md](README.md) says what the words mean.
`;

const ends = {
  isDeadEnd: 'From here no way leads to a good end.',
  isBreach: 'That breaks it.',
} as const;

/** The document; explores every proof. */
export function tracesDocument(proofs: readonly Proof[]): string {
  return [head, ...proofs.map((proof) => section(proof, exploreWithout(proof).breach))].join('\n');
}

function section({ guard, invariant }: Proof, breach: Breach | null): string {
  const sentences = breach?.trace.map((sentence, i) => `${i + 1}. ${sentence}\n`) ?? [];
  const end = breach?.isDeadEnd ? ends.isDeadEnd : ends.isBreach;
  return `## ${invariant}, unless ${guards[guard]}\n\n${sentences.join('')}\n${end}\n`;
}
