/** What the run has seen: answers by operation and status, and each kind of complaint once, with the request that showed it. */

export interface Finding {
  complaint: string;
  /** The first request that showed it; `--only` replays it. */
  index: number;
  request: string;
  times: number;
}

export class Tally {
  readonly findings: Finding[] = [];
  readonly #counts = new Map<string, Map<number, number>>();

  count(operation: string, status: number): void {
    const counts = this.#counts.get(operation) ?? new Map<number, number>();
    counts.set(status, (counts.get(status) ?? 0) + 1);
    this.#counts.set(operation, counts);
  }

  /** @param about of which operation, and after which change; the same complaint about it is kept once */
  find(about: string, complaint: string, seen: Omit<Finding, 'complaint' | 'times'>): void {
    const text = `${about}: ${complaint}`;
    const known = this.findings.find((finding) => finding.complaint === text);
    if (known) known.times++;
    else this.findings.push({ complaint: text, ...seen, times: 1 });
  }

  /** All answers, by status. */
  get byStatus(): Record<number, number> {
    const sums: Record<number, number> = {};
    for (const counts of this.#counts.values())
      for (const [status, count] of counts) sums[status] = (sums[status] ?? 0) + count;
    return sums;
  }

  get total(): number {
    return Object.values(this.byStatus).reduce((sum, count) => sum + count, 0);
  }

  /** A row an operation. */
  toString(): string {
    const rows = [...this.#counts]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([operation, counts]) => {
        const told = [...counts]
          .sort(([a], [b]) => a - b)
          .map(([status, count]) => `${status || 'none'}: ${count}`);
        return `${operation.padEnd(24)} ${told.join('  ')}`;
      });
    return rows.join('\n');
  }
}
