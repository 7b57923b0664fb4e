/** Membership in ZooKeeper: an ephemeral node for each member that holds its data, announced anew in each session. */
import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import { Loop } from '../../base/loop.js';
import { Listeners } from '../listeners.js';
import type { Member, Membership } from '../membership.js';
import type { Connection } from './connection.js';
import { nodeName } from './node-name.js';
import type { OnEvent, Session } from './session.js';

export interface MembershipOptions {
  self: Member;
  session: Session;
  /** Path of the znode that holds the members. */
  folder: string;
  /** How often the members are listed though nobody told of a change. */
  recheckMs: number;
  clock: Clock;
  onEvent: OnEvent;
}

export class ZooKeeperMembership implements Membership {
  readonly #options: MembershipOptions;
  readonly #loop: Loop;
  readonly #listeners: Listeners<readonly Member[]>;
  /** By node name; a node's data never changes. */
  #seen = new Map<string, Member>();
  #wanted = false;
  readonly #onChange = () => this.#loop.nudge();

  constructor(options: MembershipOptions) {
    const { session, clock, recheckMs, onEvent } = options;
    const onError = (error: unknown) => onEvent('membership-failed', { error: messageOf(error) });
    this.#options = options;
    this.#listeners = new Listeners(onError);
    this.#loop = new Loop({ clock, periodMs: recheckMs, run: () => this.#round(), onError });
    session.onConnected((connection) => {
      if (this.#wanted) this.#loop.nudge();
      else connection.remove(this.#ownPath(connection)).catch(onError);
    });
  }

  /** Resolves within two seconds, at the latest, while ZooKeeper is away. */
  async start(): Promise<void> {
    if (this.#wanted) return;
    this.#wanted = true;
    const { session, onEvent } = this.#options;
    await session
      .run('announcing', (connection) => this.#announce(connection))
      .catch((error: unknown) => onEvent('membership-failed', { error: messageOf(error) }));
    if (this.#wanted) this.#loop.start();
  }

  members(): readonly Member[] {
    // A node of an earlier session of a member may be there for a moment beside its present one.
    return [...new Map([...this.#seen.values()].map((member) => [member.id, member])).values()];
  }

  onChange(listener: (members: readonly Member[]) => void): void {
    this.#listeners.add(listener);
  }

  async stop(): Promise<void> {
    if (!this.#wanted) return;
    this.#wanted = false;
    await this.#loop.stop();
    const { connection } = this.#options.session;
    // Without a connection, or when this fails, the node goes at the next connection or with the session.
    await (connection && connection.remove(this.#ownPath(connection)).catch(() => undefined));
  }

  async #round(): Promise<void> {
    const { session, folder } = this.#options;
    const { connection } = session;
    if (!connection) return;
    let names = await connection.children(folder, this.#onChange);
    if (!names.includes(this.#ownName(connection))) {
      await this.#announce(connection);
      names = await connection.children(folder, this.#onChange);
    }
    await this.#look(connection, names);
  }

  #announce(connection: Connection): Promise<void> {
    return connection.createEphemeral(
      this.#ownPath(connection),
      Buffer.from(JSON.stringify(this.#options.self)),
    );
  }

  async #look(connection: Connection, names: string[]): Promise<void> {
    const before = this.#seen;
    const found = await Promise.all(
      names.map(async (name) => before.get(name) ?? this.#read(connection, name)),
    );
    const pairs = names.map((name, i) => [name, found[i]] as const);
    this.#seen = new Map(pairs.filter((pair): pair is [string, Member] => Boolean(pair[1])));
    const same = before.size === this.#seen.size && names.every((name) => before.has(name));
    if (!same) this.#listeners.tell(this.members());
  }

  /** Null when it has gone in the meantime. */
  async #read(connection: Connection, name: string): Promise<Member | null> {
    const node = await connection.read(`${this.#options.folder}/${name}`);
    return node && (JSON.parse(node.data.toString()) as Member);
  }

  #ownName(connection: Connection): string {
    return nodeName({ incarnation: this.#options.self.id, session: connection.session });
  }

  #ownPath(connection: Connection): string {
    return `${this.#options.folder}/${this.#ownName(connection)}`;
  }
}
