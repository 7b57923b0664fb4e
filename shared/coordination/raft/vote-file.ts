/**
 * A voter's term and vote on disk. A process that forgot its vote could give another one in the same term, so nothing that
 * follows from a vote may leave before `saved` has resolved. The file is replaced as a whole: it holds the old or the new.
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { CarillonError } from '../../base/errors.js';
import type { Vote } from './state.js';

/** Where a process keeps its vote. */
export interface Votes {
  read(): Promise<Vote>;
  save(vote: Vote): void;
  saved(): Promise<void>;
}

export class VoteFile implements Votes {
  readonly #folder: string;
  readonly #path: string;
  #unsaved: Vote | null = null;
  #writing: Promise<void> | null = null;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#path = join(folder, `${name}.json`);
  }

  /** What was saved last; term 0 where nothing was. Rejects with `invalid-configuration` when the file is not ours. */
  async read(): Promise<Vote> {
    const text = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw unusable(`${this.#path} cannot be read`, error);
    });
    if (text === null) return { term: 0, votedFor: null };
    const { term, votedFor } = parse(text);
    if (Number.isSafeInteger(term) && (votedFor === null || typeof votedFor === 'string'))
      return { term: term as number, votedFor };
    throw unusable(`${this.#path} does not hold a term and a vote`);
  }

  /** Takes the place of what is not saved yet. */
  save(vote: Vote): void {
    this.#unsaved = vote;
  }

  /** Resolves when what was given to `save` is on the disk; rejects when it cannot be, and the next call tries again. */
  async saved(): Promise<void> {
    while (this.#unsaved) {
      this.#writing ??= this.#write(this.#unsaved).finally(() => (this.#writing = null));
      await this.#writing;
    }
  }

  async #write(vote: Vote): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await replace(`${this.#path}.new`, JSON.stringify(vote));
    await rename(`${this.#path}.new`, this.#path);
    await sync(this.#folder);
    if (this.#unsaved === vote) this.#unsaved = null;
  }
}

async function replace(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** So that the new name is on the disk too, not only what it names. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function parse(text: string): { term?: unknown; votedFor?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as { term?: unknown; votedFor?: unknown };
  } catch {
    return {};
  }
}

function unusable(message: string, cause?: unknown): CarillonError {
  return new CarillonError('invalid-configuration', message, { cause });
}
