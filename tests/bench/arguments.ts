/** The options of `npm run bench`, read and checked; all of them have defaults. */
import { parseArgs } from 'node:util';

export interface BenchArguments {
  systems: readonly string[];
  workloads: readonly string[];
  rounds: number;
  scale: number;
  write: boolean;
  quick: boolean;
}

export interface Known {
  systems: readonly string[];
  workloads: readonly string[];
}

export function usageOf({ systems, workloads }: Known): string {
  return `npm run bench -- [options]
  --systems a,b    of ${systems.join(', ')}; all unless told
  --workloads x,y  of ${workloads.join(', ')}; all unless told
  --rounds 3       how often each is repeated, in another order each time
  --scale 1        0.1: a tenth of the length of everything, to try it out
  --write          write docs/performance.md, docs/performance/results.json and the plots
  --quick          the regression check: ratios of this run against what is expected, under two minutes`;
}

/** Null when help was asked for. Throws a message for a person when an option is unknown or out of range. */
export function parseBenchArguments(words: readonly string[], known: Known): BenchArguments | null {
  const { values } = parseArgs({
    args: [...words],
    options: {
      systems: { type: 'string', default: known.systems.join(',') },
      workloads: { type: 'string', default: known.workloads.join(',') },
      rounds: { type: 'string', default: '3' },
      scale: { type: 'string', default: '1' },
      write: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const rounds = Number(values.rounds);
  const scale = Number(values.scale);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number from 1');
  if (!(scale > 0 && scale <= 1)) throw new Error('--scale must be above 0 and at most 1');
  return {
    systems: namesOf('--systems', values.systems, known.systems),
    workloads: namesOf('--workloads', values.workloads, known.workloads),
    rounds,
    scale,
    write: values.write,
    quick: values.quick,
  };
}

function namesOf(option: string, text: string, known: readonly string[]): string[] {
  const names = text.split(',');
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`${option} knows no ${unknown.join(', ')}`);
  return names;
}
