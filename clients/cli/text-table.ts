/** Rows as aligned columns for the terminal (pure). */

/** Columns are two spaces apart; a row may have fewer cells than the first. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}
