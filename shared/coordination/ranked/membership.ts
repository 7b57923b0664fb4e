/** Membership by heartbeats on the bus: who is heard of is there, and so are we once we hear ourselves. */
import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import { Loop } from '../../base/loop.js';
import type { Bus, Subscription } from '../../queue/bus.js';
import { Listeners } from '../listeners.js';
import type { Member, Membership } from '../membership.js';
import type { OnEvent } from './driver.js';
import { Inbox } from './messages.js';
import { Roster } from './roster.js';

export interface RankedMembershipOptions {
  self: Member;
  bus: Bus;
  clock: Clock;
  /** How long a member is believed to be there after its last heartbeat; four of them fit into it. */
  lifeMs: number;
  onEvent: OnEvent;
}

interface Heartbeat {
  member: Member;
  /** Grows with each heartbeat of an incarnation: what comes late is dropped. */
  number: number;
  leaves: boolean;
}

const topic = 'ranked.members';

export class RankedMembership implements Membership {
  readonly #options: RankedMembershipOptions;
  readonly #loop: Loop;
  readonly #listeners: Listeners<readonly Member[]>;
  readonly #roster: Roster<Member>;
  readonly #inbox = new Inbox();
  #number = 0;
  #wanted = false;
  #subscription: Subscription | null = null;

  constructor(options: RankedMembershipOptions) {
    const { clock, lifeMs, onEvent } = options;
    const periodMs = lifeMs / 4;
    const onError = (error: unknown) => onEvent('membership-failed', { error: messageOf(error) });
    this.#options = options;
    this.#roster = new Roster({ lifeMs, longestGapMs: lifeMs / 2 });
    this.#listeners = new Listeners(onError);
    this.#loop = new Loop({ clock, periodMs, run: () => this.#beat(), onError });
  }

  async start(): Promise<void> {
    if (this.#wanted) return;
    this.#wanted = true;
    const subscription = await this.#options.bus.subscribe(topic, (_topic, payload) =>
      this.#hear(payload as Heartbeat),
    );
    if (!this.#wanted) return subscription.stop();
    this.#subscription = subscription;
    this.#loop.start();
  }

  members(): readonly Member[] {
    return this.#roster.entries();
  }

  onChange(listener: (members: readonly Member[]) => void): void {
    this.#listeners.add(listener);
  }

  async stop(): Promise<void> {
    if (!this.#wanted) return;
    this.#wanted = false;
    await this.#loop.stop();
    this.#send({ leaves: true });
    await this.#subscription?.stop();
  }

  async #beat(): Promise<void> {
    this.#send({ leaves: false });
    if (this.#roster.expire(this.#options.clock.monotonic())) this.#tell();
  }

  #send({ leaves }: { leaves: boolean }): void {
    const { bus, self } = this.#options;
    const heartbeat: Heartbeat = { member: self, number: ++this.#number, leaves };
    bus.publish(topic, heartbeat);
  }

  #hear({ member, number, leaves }: Heartbeat): void {
    if (!this.#inbox.accepts({ from: member.id, number })) return;
    const changed = leaves
      ? this.#roster.forget(member.id)
      : this.#roster.hear(member, this.#options.clock.monotonic());
    if (changed) this.#tell();
  }

  #tell(): void {
    this.#listeners.tell(this.members());
  }
}
