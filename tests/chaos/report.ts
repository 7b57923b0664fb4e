/** The table of driver and fault, for a terminal or a document (pure). */
import type { Row } from './trial.js';

const columns: readonly [string, (row: Row) => string][] = [
  ['coordination', ({ coordination }) => coordination],
  ['fault', ({ fault }) => fault],
  ['due', ({ due }) => String(due)],
  ['missing', ({ missing }) => String(missing)],
  ['early', ({ early }) => String(early)],
  ['doubled', ({ doubled }) => String(doubled)],
  ['workers lost', ({ lostWorkers }) => String(lostWorkers)],
  ['p50', ({ p50 }) => seconds(p50)],
  ['p99', ({ p99 }) => seconds(p99)],
  ['longest', ({ longest }) => seconds(longest)],
  ['new leader', ({ newLeaderMs }) => (newLeaderMs === null ? '–' : seconds(newLeaderMs))],
];

export function markdownTable(rows: readonly Row[]): string {
  const cells = [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, cell]) => cell(row)))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)));
  const lines = cells.map((line) => `| ${line.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`);
  return [lines[0], `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...lines.slice(1)].join(
    '\n',
  );
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
