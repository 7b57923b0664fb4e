/**
 * The leader's part in the ring: who is there decides who is in it. It feeds the handover machine with what happens and
 * carries out what the machine asks for. Each write is guarded by the document of the term, so that a former leader's is
 * refused; after any doubt it reads the registry anew and goes on from there. It does nothing while another leads.
 */
import type { Clock } from '../../shared/base/clock.js';
import { messageOf } from '../../shared/base/errors.js';
import { Loop } from '../../shared/base/loop.js';
import type { Election } from '../../shared/coordination/election.js';
import type { Member, Membership } from '../../shared/coordination/membership.js';
import {
  termDocument,
  type Guard,
  type Registry,
  type TermValue,
} from '../../shared/coordination/registry.js';
import {
  newestOf,
  notLeading,
  step,
  type Handover,
  type HandoverEffect,
  type HandoverEvent,
  type HandoverInput,
  type Phase,
} from '../../shared/ring/handover.js';
import type { Ring } from '../../shared/ring/ring.js';
import type { Rpc } from '../../shared/rpc/rpc.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import { askPosition, tellRing } from './ring-calls.js';
import { ringDocument, type RingDocument, type RingValue, type RingView } from './ring-view.js';
import type { ShardHost } from './shard-host.js';

const everyMs = 500;

export interface RingKeeperOptions {
  election: Election;
  membership: Membership;
  registry: Registry;
  rpc: Rpc;
  view: RingView;
  host: ShardHost;
  self: Pick<Member, 'name' | 'service'>;
  /** `leader`: the ring has one member, the leader; `shared`: all that are there. */
  shape: 'leader' | 'shared';
  clock: Clock;
  log: Logger;
  /** Told of each step, with the number of the newest version then. */
  onStep?(step: HandoverEvent, ringVersion: number): void;
}

/** What a leader knows of its own term. */
interface Reign {
  term: number;
  guard: Guard;
  /** Version of the ring's document. */
  version: number;
}

export class RingKeeper extends Loop {
  readonly #options: RingKeeperOptions;
  #handover: Handover = notLeading;
  #reign: Reign | null = null;

  constructor(options: RingKeeperOptions) {
    super({
      ...options,
      periodMs: everyMs,
      run: () => this.#round(),
      failure: 'could not look after the ring; trying again',
    });
    this.#options = options;
    options.election.onChange(() => this.nudge());
    options.membership.onChange(() => this.nudge());
  }

  override async stop(): Promise<void> {
    await super.stop();
    this.#resign();
  }

  /** Where the handover stands; `following` while another leads. */
  phase(): Phase {
    return this.#handover.phase;
  }

  async #round(): Promise<void> {
    const { role, term } = this.#options.election.current();
    if (role !== 'leader') return this.#resign();
    const wanted = this.#wanted();
    if (!wanted) return;
    if (this.#reign?.term !== term) return this.#ascend(term, wanted);
    const { clock } = this.#options;
    this.#feed({ kind: 'members', wanted, now: clock.now() });
    this.#feed({ kind: 'tick', now: clock.now() });
  }

  /** Who ought to be in the ring; null while membership has not shown even this process. */
  #wanted(): string[] | null {
    const { shape, self, membership } = this.#options;
    if (shape === 'leader') return [self.name];
    const names = membership
      .members()
      .flatMap(({ name, service }) => (service === self.service ? [name] : []));
    return names.includes(self.name) ? names : null;
  }

  async #ascend(term: number, wanted: readonly string[]): Promise<void> {
    const { registry, clock, self, view } = this.#options;
    const installed = await registry.verify(termDocument);
    const { term: present, leader } = (installed?.value ?? {}) as Partial<TermValue>;
    if (!installed || present !== term || leader !== self.name) return this.#resign();
    const document = await registry.verify(ringDocument);
    if (document) view.adopt(document);
    const guard = { name: termDocument, version: installed.version };
    this.#reign = { term, guard, version: document?.version ?? 0 };
    const ring = (document?.value as RingValue | undefined)?.versions ?? [];
    this.#feed({ kind: 'lead', ring, wanted, now: clock.now() });
  }

  #resign(): void {
    this.#reign = null;
    this.#feed({ kind: 'follow' });
  }

  #feed(input: HandoverInput): void {
    const { state, effects } = step(this.#handover, input);
    this.#handover = state;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: HandoverEffect): void {
    switch (effect.kind) {
      case 'prepare':
        return this.#ask(effect, (member) => askPosition(this.#options.rpc, member));
      case 'commit': {
        const document = this.#document();
        return this.#ask(effect, (member) => tellRing(this.#options.rpc, member, document));
      }
      case 'write':
        return void this.#write(effect.ring);
      case 'event': {
        const { proposed, ring } = this.#handover;
        const newest = newestOf(ring);
        this.#options.log.info({ newest, proposed }, `ring handover ${effect.event}`);
        return this.#options.onStep?.(effect.event, newest?.number ?? 0);
      }
    }
  }

  /** Puts a question to each, oneself included, and feeds the answers. */
  #ask(
    { members, round }: { members: readonly string[]; round: number },
    ask: (member: Member) => Promise<number>,
  ): void {
    for (const member of members) {
      void this.#positionOf(member, ask).then(
        (position) => this.#feed({ kind: 'answer', member, round, position, now: this.#options.clock.now() }),
        (error: unknown) => {
          this.#options.log.warn({ member, reason: messageOf(error) }, 'a member of the ring is silent');
          this.#feed({ kind: 'silence', member, round, now: this.#options.clock.now() });
        },
      );
    }
  }

  async #positionOf(name: string, ask: (member: Member) => Promise<number>): Promise<number> {
    const { self, host, membership } = this.#options;
    if (name === self.name) return host.position();
    // A process that came back is there twice until its former life's entry has gone; the later one is asked.
    const member = membership.members().findLast((other) => other.name === name);
    if (!member) throw new Error(`${name} is no longer there`);
    return ask(member);
  }

  /** Without a good answer the registry decides what happened: this process leads anew from what it says. */
  async #write(ring: Ring): Promise<void> {
    const { registry, clock, log } = this.#options;
    const reign = this.#reign!;
    const value: RingValue = { versions: ring };
    const condition = { expected: reign.version, guard: reign.guard };
    const version = await registry.write(ringDocument, value, condition).catch((error: unknown) => {
      log.warn({ reason: messageOf(error) }, 'could not write the ring');
      return null;
    });
    if (this.#reign !== reign) return;
    if (version === null) return this.#resign();
    reign.version = version;
    this.#options.view.adopt({ version, value });
    this.#feed({ kind: 'written', ring, now: clock.now() });
  }

  #document(): RingDocument {
    return { version: this.#reign!.version, value: { versions: this.#handover.ring } };
  }
}
