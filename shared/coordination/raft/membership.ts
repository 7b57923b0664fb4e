/**
 * Membership by heartbeats among the members themselves: who is there stands on a roll, who is alive is heard. Each calls
 * each other one now and then, and counts as alive for the session time after it was last heard, asked or asking.
 */
import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import { Loop } from '../../base/loop.js';
import type { Rpc } from '../../rpc/rpc.js';
import { Listeners } from '../listeners.js';
import type { Member, Membership } from '../membership.js';
import { memberPulse } from './procedures.js';
import { isEntered, type Roll } from './roll.js';

export interface RaftMembershipOptions {
  self: Member;
  roll: Roll;
  rpc: Rpc;
  clock: Clock;
  onEvent(event: string, detail: object): void;
}

const pulseMs = 500;
const lookMs = 1_000;
/** Four pulses must fail; as long as a ZooKeeper session by default. */
const sessionMs = 2_000;

export class RaftMembership implements Membership {
  readonly #options: RaftMembershipOptions;
  readonly #looks: Loop;
  readonly #pulses: Loop;
  readonly #listeners: Listeners<readonly Member[]>;
  /** Those on the roll, this one included. */
  #entered: readonly Member[] = [];
  /** By name: who answered or called, and when that was sent or came (monotonic). */
  readonly #heard = new Map<string, { member: Member; at: number }>();
  #members: readonly Member[] = [];
  #wanted = false;
  #endServing: () => void = () => undefined;

  constructor(options: RaftMembershipOptions) {
    const { clock, onEvent } = options;
    const onError = (error: unknown) => onEvent('membership-failed', { error: messageOf(error) });
    this.#options = options;
    this.#listeners = new Listeners(onError);
    this.#looks = new Loop({ clock, periodMs: lookMs, run: () => this.#look(), onError });
    this.#pulses = new Loop({ clock, periodMs: pulseMs, run: async () => this.#pulse(), onError });
  }

  async start(): Promise<void> {
    if (this.#wanted) return;
    this.#wanted = true;
    const { rpc, onEvent } = this.#options;
    this.#endServing = rpc.serve(memberPulse, (member) => this.#onPulse(member));
    await this.#look().catch((error: unknown) => onEvent('membership-failed', { error: messageOf(error) }));
    if (!this.#wanted) return;
    this.#looks.start();
    this.#pulses.start();
  }

  members(): readonly Member[] {
    return this.#members;
  }

  /** The names on the roll, whether they are heard or not. */
  entered(): readonly string[] {
    return this.#entered.map(({ name }) => name);
  }

  /** Reads the roll now. */
  look(): void {
    this.#looks.nudge();
  }

  onChange(listener: (members: readonly Member[]) => void): void {
    this.#listeners.add(listener);
  }

  async stop(): Promise<void> {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#endServing();
    await Promise.all([this.#looks.stop(), this.#pulses.stop()]);
    const { roll, self, onEvent } = this.#options;
    await roll
      .leave(self)
      .catch((error: unknown) => onEvent('membership-failed', { error: messageOf(error) }));
    this.#entered = [];
    this.#heard.clear();
    this.#tell();
  }

  async #look(): Promise<void> {
    const { roll, self } = this.#options;
    const { members } = await roll.read();
    if (!this.#wanted) return;
    this.#entered = isEntered(members, self) ? members : (await roll.enter(self)).members;
    this.#tell();
  }

  /** Waits for nobody: one that hangs must not keep the others from being called. */
  #pulse(): void {
    const { self } = this.#options;
    for (const { name, adminUrl } of this.#entered) if (name !== self.name) void this.#call(name, adminUrl);
    this.#tell();
  }

  async #call(to: string, url: string): Promise<void> {
    const { rpc, clock, self } = this.#options;
    const at = clock.monotonic();
    const pulse = { to, url, request: self, deadlineMs: pulseMs };
    const member = await rpc.call(memberPulse, pulse).catch(() => null);
    if (member && this.#wanted) this.#hear(member, at);
  }

  #onPulse(member: Member): Member {
    this.#hear(member, this.#options.clock.monotonic());
    if (!isEntered(this.#entered, member)) this.#looks.nudge();
    return this.#options.self;
  }

  #hear(member: Member, at: number): void {
    const before = this.#heard.get(member.name)?.at ?? at;
    this.#heard.set(member.name, { member, at: Math.max(before, at) });
    this.#tell();
  }

  #tell(): void {
    const { self } = this.#options;
    const members = this.#entered.flatMap(({ name }) => (name === self.name ? [self] : this.#alive(name)));
    const same =
      members.length === this.#members.length && members.every((member) => isEntered(this.#members, member));
    if (same) return;
    this.#members = members;
    this.#listeners.tell(members);
  }

  #alive(name: string): Member[] {
    const heard = this.#heard.get(name);
    return heard && this.#options.clock.monotonic() - heard.at < sessionMs ? [heard.member] : [];
  }
}
