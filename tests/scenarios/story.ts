/** What happened in a scenario, a line at a time, each with its tick: recorded beside the script, compared by the test. */
export class Story {
  readonly #lines: string[] = [];

  /** What the script does. */
  chapter(at: number, text: string): void {
    this.#lines.push(`${String(at).padStart(5)}  ── ${text}`);
  }

  /** What follows from it. */
  tell(at: number, text: string): void {
    this.#lines.push(`${String(at).padStart(5)}     ${text}`);
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}
