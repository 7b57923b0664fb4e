/**
 * The election in ZooKeeper: candidates stand in a line of ephemeral sequential nodes, each watches the one before it,
 * and the first one is elected. It leads only after it has installed a higher term in the registry, over the connection
 * of the session that holds its node, and only while that session's lease holds.
 *
 *   follower ──(first in line)──► candidate ──(term installed)──► leader
 *      ▲                              │                              │
 *      └──────────────(session lost, higher term seen, stopped)──────┘
 *
 * Every round looks at the whole line anew, so it does not matter which event was missed.
 */
import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import { Loop } from '../../base/loop.js';
import type { Election, Leadership } from '../election.js';
import { Listeners } from '../listeners.js';
import type { Member } from '../membership.js';
import { termDocument, type RegistryDocument, type TermValue } from '../registry.js';
import { Candidacy } from './candidacy.js';
import type { Connection } from './connection.js';
import type { ZooKeeperRegistry } from './registry.js';
import type { OnEvent, Session } from './session.js';

export interface ElectionOptions {
  self: Member;
  session: Session;
  registry: ZooKeeperRegistry;
  /** Path of the znode that holds the line. */
  folder: string;
  /** How often the line is looked at though nobody told of a change. */
  recheckMs: number;
  clock: Clock;
  onEvent: OnEvent;
}

export class ZooKeeperElection implements Election {
  readonly #options: ElectionOptions;
  readonly #candidacy: Candidacy;
  readonly #loop: Loop;
  readonly #listeners: Listeners<Leadership>;
  #wanted = false;
  #first = false;
  /** The term that we have installed and not lost. */
  #installed: number | null = null;
  /** The newest term document seen. */
  #known: TermValue | null = null;
  #told: Leadership;
  #endWatch: () => void = () => undefined;

  constructor(options: ElectionOptions) {
    const { self, session, folder, clock, recheckMs, onEvent } = options;
    const onError = (error: unknown) => onEvent('election-failed', { error: messageOf(error) });
    this.#options = options;
    this.#candidacy = new Candidacy(folder, self.id);
    this.#listeners = new Listeners(onError);
    this.#loop = new Loop({ clock, periodMs: recheckMs, run: () => this.#round(), onError });
    this.#told = this.current();
    session.onConnected((connection) => {
      if (this.#wanted) this.#loop.nudge();
      else this.#candidacy.leave(connection).catch(onError);
    });
    session.onLost((reason) => this.#stepDown(reason));
  }

  /** Resolves within two seconds, at the latest, while ZooKeeper is away. */
  async start(): Promise<void> {
    if (this.#wanted) return;
    this.#wanted = true;
    const { session, registry, onEvent } = this.#options;
    await session
      .run('joining the election', (connection) => this.#candidacy.take(connection))
      .catch((error: unknown) => onEvent('election-failed', { error: messageOf(error) }));
    if (!this.#wanted) return;
    this.#endWatch = registry.watch(termDocument, (document) => this.#onTerm(document));
    this.#loop.start();
  }

  current(): Leadership {
    const { self, session } = this.#options;
    if (this.#installed !== null && session.leaseHolds())
      return { role: 'leader', term: this.#installed, leader: self.name };
    const leader = this.#known?.leader ?? null;
    return {
      role: this.#first && session.leaseHolds() ? 'candidate' : 'follower',
      term: this.#known?.term ?? 0,
      leader: leader === self.name ? null : leader,
    };
  }

  onChange(listener: (leadership: Leadership) => void): void {
    this.#listeners.add(listener);
  }

  async stop(): Promise<void> {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#endWatch();
    this.#stepDown('stopped');
    await this.#loop.stop(); // The round under way may still have found us first in line.
    this.#stepDown('stopped');
    const { connection } = this.#options.session;
    // Without a connection, or when this fails, the node goes at the next connection or with the session.
    await (connection && this.#candidacy.leave(connection).catch(() => undefined));
  }

  async #round(): Promise<void> {
    const { connection } = this.#options.session;
    if (!connection) return;
    const { predecessor } = await this.#candidacy.take(connection);
    this.#first = predecessor === null;
    if (predecessor !== null) {
      if (this.#installed !== null) this.#stepDown('no longer first in line');
      await this.#candidacy.watchPredecessor(connection, predecessor, () => this.#loop.nudge());
    } else if (this.#installed === null) {
      this.#announce();
      await this.#install(connection);
    }
    this.#announce();
  }

  /** Over the connection the line was read on: another session may not install what this one has won. */
  async #install(connection: Connection): Promise<void> {
    const { registry, self, session, onEvent } = this.#options;
    const document = await registry.readOver(connection, termDocument);
    const term = Math.max((document?.value as TermValue | undefined)?.term ?? 0, this.#known?.term ?? 0) + 1;
    const value: TermValue = { term, leader: self.name };
    const expected = document?.version ?? 0;
    const version = await registry.writeOver(connection, { name: termDocument, value, expected });
    if (version === null) return this.#loop.nudge();
    if (!this.#wanted || session.connection !== connection) return;
    this.#installed = term;
    this.#known = value;
    onEvent('elected', { term });
  }

  #onTerm(document: RegistryDocument): void {
    const value = document.value as TermValue;
    if (value.term > (this.#known?.term ?? 0)) this.#known = value;
    if (this.#installed !== null && value.term > this.#installed) {
      this.#stepDown('a higher term is installed');
      this.#loop.nudge();
    }
    this.#announce();
  }

  #stepDown(reason: string): void {
    if (this.#installed !== null) this.#options.onEvent('stepped-down', { term: this.#installed, reason });
    this.#installed = null;
    this.#first = false;
    this.#announce();
  }

  #announce(): void {
    const now = this.current();
    const { role, term, leader } = this.#told;
    if (now.role === role && now.term === term && now.leader === leader) return;
    this.#told = now;
    this.#listeners.tell(now);
  }
}
