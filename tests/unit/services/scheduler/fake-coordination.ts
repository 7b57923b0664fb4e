/**
 * Election, membership, registry and calls for several schedulers in one process, with the faults they may have. The
 * eldest that is there leads. It stands in for the drivers, whose own contract is tested elsewhere.
 */
import { CarillonError } from '../../../../shared/base/errors.js';
import { DocumentsRegistry } from '../../../../shared/coordination/documents-registry.js';
import type { Election, Leadership } from '../../../../shared/coordination/election.js';
import type { Member, Membership } from '../../../../shared/coordination/membership.js';
import { termDocument, type TermValue } from '../../../../shared/coordination/registry.js';
import type { DocumentStore } from '../../../../shared/store/store.js';
import type { Call, Handler, Procedure, Rpc } from '../../../../shared/rpc/rpc.js';
import type { ManualClock } from '../../../support/manual-clock.js';
import { NodeClock } from './node-clock.js';

export interface Node {
  name: string;
  clock: NodeClock;
  ports: { election: Election; membership: Membership; registry: DocumentsRegistry; rpc: Rpc };
  /** Resolves at once, or when it thaws; never for a dead one. */
  awake(): Promise<void>;
}

/** How long until the others notice that one is gone: what a session lasts. */
export const sessionMs = 2_000;

export class FakeCoordination {
  readonly #documents: DocumentStore;
  readonly #clock: ManualClock;
  readonly #handlers = new Map<string, Handler<unknown, unknown>>();
  readonly #listeners: (() => void)[] = [];
  readonly #cut = new Set<string>();
  readonly #nodes = new Map<string, Node>();
  #members: Member[] = [];
  #leadership: { term: number; leader: string | null } = { term: 0, leader: null };
  #elections = Promise.resolve();
  #silent: string | null = null;
  #answersToLose = 0;
  readonly #misdirected = new Map<string, string>();

  constructor(documents: DocumentStore, clock: ManualClock) {
    this.#documents = documents;
    this.#clock = clock;
  }

  get leader(): string | null {
    return this.#leadership.leader;
  }

  join(name: string): Node {
    const clock = new NodeClock(this.#clock);
    const registry = new DocumentsRegistry({
      documents: this.#documentsOf(name),
      clock,
      onError: () => undefined,
    });
    const ports = {
      election: this.#election(name),
      membership: this.#membership(name),
      registry,
      rpc: this.#rpc(name),
    };
    const node = { name, clock, ports, awake: () => clock.awake() };
    this.#nodes.set(name, node);
    return node;
  }

  /** Its link to the registry and to the others breaks; after the session time it counts as gone. */
  async cut(name: string): Promise<void> {
    this.#cut.add(name);
    await this.#clock.advance(sessionMs);
    this.#withdraw(name);
  }

  /** It does nothing any more, for ever; after the session time it counts as gone. */
  async kill(name: string): Promise<void> {
    this.#nodes.get(name)!.clock.freeze();
    await this.cut(name);
  }

  /** This one answers no calls, though it is there; null for nobody. */
  silence(name: string | null): void {
    this.#silent = name;
  }

  /** Calls to the one reach the other. */
  misdirect(from: string, to: string): void {
    this.#misdirected.set(from, to);
  }

  /** The next `count` writes of the ring happen, and nobody learns of it. */
  loseAnswers(count: number): void {
    this.#answersToLose = count;
  }

  async #elect(): Promise<void> {
    const leader = this.#members[0]?.name ?? null;
    if (leader === this.#leadership.leader) return;
    const document = await this.#documents.read(termDocument);
    const term = ((document?.value as TermValue | undefined)?.term ?? 0) + 1;
    await this.#documents.write(termDocument, { term, leader }, { expected: document?.version ?? 0 });
    this.#leadership = { term, leader };
    this.#tell();
  }

  #announce(name: string): void {
    this.#change([...this.#members, { id: `${name}~1`, name, service: 'scheduler', adminUrl: name }]);
  }

  #withdraw(name: string): void {
    this.#change(this.#members.filter((member) => member.name !== name));
  }

  #change(members: Member[]): void {
    this.#members = members;
    this.#elections = this.#elections.then(() => this.#elect());
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #election(name: string): Election {
    const current = (): Leadership => {
      const { term, leader } = this.#leadership;
      return { term, leader, role: leader === name && !this.#cut.has(name) ? 'leader' : 'follower' };
    };
    return {
      start: () => Promise.resolve(),
      current,
      onChange: (listener) => void this.#listeners.push(() => listener(current())),
      stop: () => Promise.resolve(this.#withdraw(name)),
    };
  }

  #membership(name: string): Membership {
    return {
      start: () => Promise.resolve(this.#announce(name)),
      members: () => this.#members,
      onChange: (listener) => void this.#listeners.push(() => listener(this.#members)),
      stop: () => Promise.resolve(this.#withdraw(name)),
    };
  }

  #documentsOf(name: string): DocumentStore {
    const reach = <Result>(work: () => Promise<Result>): Promise<Result> =>
      this.#cut.has(name) ? Promise.reject(new Error('cut off')) : work();
    return {
      read: (...asked) => reach(() => this.#documents.read(...asked)),
      write: (...asked) => reach(() => this.#write(...asked)),
    };
  }

  async #write(...asked: Parameters<DocumentStore['write']>): Promise<number | null> {
    const version = await this.#documents.write(...asked);
    if (this.#answersToLose-- > 0) throw new Error('the answer is lost');
    return version;
  }

  /** A member's address is its name. */
  #rpc(name: string): Rpc {
    return {
      call: async <Reply>(procedure: Procedure, { url, request }: Call<unknown>) => {
        const handler = this.#handlers.get(`${this.#misdirected.get(url) ?? url} ${procedure.name}`);
        if (!handler || url === this.#silent || this.#cut.has(url) || this.#cut.has(name))
          throw new CarillonError('peer-unavailable', `${url} does not answer`);
        return (await handler(structuredClone(request))) as Reply;
      },
      serve: (procedure: Procedure, handler: Handler<never, unknown>) => {
        this.#handlers.set(`${name} ${procedure.name}`, handler as Handler<unknown, unknown>);
        return () => void this.#handlers.delete(`${name} ${procedure.name}`);
      },
    } as Rpc;
  }
}
