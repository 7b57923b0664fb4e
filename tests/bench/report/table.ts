/** A workload's results as a Markdown table: a row a system, medians over the rounds and their range. Pure. */
import { median } from './statistics.js';
import type { Row, WorkloadResult } from './results.js';

export function tableOf({ columns, rows }: Pick<WorkloadResult, 'columns' | 'rows'>): string {
  const head = ['', ...columns.map(({ title }) => title)];
  const body = rows.map((row) => [row.title, ...columns.map(({ key }) => cellOf(row, key))]);
  return [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...body].map(lineOf).join('\n');
}

/** The median, and in brackets the smallest and largest where they differ; a dash where no round has the figure. */
export function cellOf({ rounds }: Pick<Row, 'rounds'>, key: string): string {
  const figures = rounds.map((round) => round.figures[key]).filter((figure) => figure !== undefined);
  const known = figures.filter(Number.isFinite);
  if (known.length === 0) return '–';
  const [low, middle, high] = [Math.min(...known), median(known), Math.max(...known)].map(figureText);
  return low === high ? middle! : `${middle} (${low} – ${high})`;
}

/** About three digits, thousands apart. */
export function figureText(figure: number): string {
  const size = Math.abs(figure);
  const digits = Number.isInteger(figure) || size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return figure.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
