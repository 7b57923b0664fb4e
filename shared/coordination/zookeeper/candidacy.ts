/**
 * Our place in the line of candidates: one ephemeral sequential node of this incarnation and session, however often a
 * reply is lost. It is looked for before it is created, and a surplus one is removed.
 */
import type { Candidate } from './node-name.js';
import { candidatePrefix, candidatesInLine } from './node-name.js';
import type { Connection, Watcher } from './connection.js';

export interface Place {
  path: string;
  /** Path of the candidate before us; null when we are first. */
  predecessor: string | null;
}

export class Candidacy {
  readonly #folder: string;
  readonly #incarnation: string;

  constructor(folder: string, incarnation: string) {
    this.#folder = folder;
    this.#incarnation = incarnation;
  }

  /** Takes a place in the line, or finds the one taken before. */
  async take(connection: Connection): Promise<Place> {
    const found = await this.#find(connection);
    if (found) return found;
    // The node may have been created though the reply was lost, and this server may not know of it yet.
    await connection.catchUp(this.#folder);
    const caughtUp = await this.#find(connection);
    if (caughtUp) return caughtUp;
    const prefix = candidatePrefix({ incarnation: this.#incarnation, session: connection.session });
    await connection.createSequential(`${this.#folder}/${prefix}`, Buffer.from(this.#incarnation));
    return (await this.#find(connection)) ?? this.take(connection);
  }

  /** Calls `watcher` once when the candidate before us goes; at once when it is gone already. */
  async watchPredecessor(connection: Connection, predecessor: string, watcher: Watcher): Promise<void> {
    if (!(await connection.exists(predecessor, watcher))) watcher();
  }

  /** Leaves the line. */
  async leave(connection: Connection): Promise<void> {
    const line = candidatesInLine(await connection.children(this.#folder));
    for (const candidate of line) if (this.#isOurs(candidate)) await this.#remove(connection, candidate);
  }

  async #find(connection: Connection): Promise<Place | null> {
    const line = candidatesInLine(await connection.children(this.#folder));
    const [ours, ...surplus] = line.filter(
      (candidate) => this.#isOurs(candidate) && candidate.session === connection.session,
    );
    for (const candidate of surplus) await this.#remove(connection, candidate);
    if (!ours) return null;
    const before = line[line.indexOf(ours) - 1];
    return { path: this.#path(ours), predecessor: before ? this.#path(before) : null };
  }

  #isOurs(candidate: Candidate): boolean {
    return candidate.incarnation === this.#incarnation;
  }

  #remove(connection: Connection, candidate: Candidate): Promise<void> {
    return connection.remove(this.#path(candidate));
  }

  #path(candidate: Candidate): string {
    return `${this.#folder}/${candidate.name}`;
  }
}
