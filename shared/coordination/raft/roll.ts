/**
 * A roll: the members that have entered themselves, as a registry document. Every change is one member more or less, so two
 * versions that follow each other always share a majority. Each enters and leaves by itself; the dead are struck off.
 */
import { CarillonError } from '../../base/errors.js';
import type { Member } from '../membership.js';
import type { Registry } from '../registry.js';

export const votersDocument = 'voters';
export const membersDocument = 'members';

export interface RollVersion {
  /** 0: nobody has ever entered. */
  version: number;
  members: readonly Member[];
}

const mostTries = 50;

export class Roll {
  readonly #registry: Registry;
  readonly #document: string;

  constructor(registry: Registry, document: string) {
    this.#registry = registry;
    this.#document = document;
  }

  async read(): Promise<RollVersion> {
    const document = await this.#registry.read(this.#document);
    const { members = [] } = (document?.value ?? {}) as { members?: Member[] };
    return { version: document?.version ?? 0, members };
  }

  /** Afterwards it is there once, in its present life. */
  enter(self: Member): Promise<RollVersion> {
    return this.#change((members) =>
      isEntered(members, self) ? null : [...members.filter(({ name }) => name !== self.name), self],
    );
  }

  /** Removes this life of it. */
  leave({ id }: Member): Promise<RollVersion> {
    return this.#change((members) => without(members, (member) => member.id === id));
  }

  /** Removes it, whichever life is there; false when none was. */
  async strike(name: string): Promise<boolean> {
    let found = false;
    await this.#change((members) => {
      const left = without(members, (member) => member.name === name);
      found ||= left !== null;
      return left;
    });
    return found;
  }

  /** Null: as it is. */
  async #change(decide: (members: readonly Member[]) => readonly Member[] | null): Promise<RollVersion> {
    for (let tries = 0; tries < mostTries; tries++) {
      const { version: expected, members: before } = await this.read();
      const members = decide(before);
      if (!members) return { version: expected, members: before };
      const version = await this.#registry.write(this.#document, { members }, { expected });
      if (version !== null) return { version, members };
    }
    throw new CarillonError(
      'coordination-unavailable',
      `${this.#document} changes faster than it can be changed`,
    );
  }
}

/** Whether this very life of it stands there, under its present address. */
export function isEntered(members: readonly Member[], { id, adminUrl }: Member): boolean {
  return members.some((member) => member.id === id && member.adminUrl === adminUrl);
}

function without(members: readonly Member[], leaves: (member: Member) => boolean): readonly Member[] | null {
  return members.some(leaves) ? members.filter((member) => !leaves(member)) : null;
}
