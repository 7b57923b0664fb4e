/**
 * What must hold, by the names of the design: NotLost, NotDoubled, NotEarly, CancelWins, OneLeader, OneOwner,
 * SameSettings, Recovers. Each is judged at the events that can break it, from the ledger and the store's rows, never
 * from what a process believes.
 */
import type { RingValue } from '../../services/scheduler/ring-view.js';
import { termDocument, type TermValue } from '../../shared/coordination/registry.js';
import { ownerAt, withoutSuperseded } from '../../shared/ring/ring.js';
import type { Claim, Runner, Settlement, Start, Started } from '../../shared/store/store.js';
import type { Change } from '../../shared/timers/change.js';
import { isManualRun, type Execution } from '../../shared/timers/execution.js';
import { attemptId } from '../../shared/timers/outcome.js';
import { shardCount, type Timer, type TimerKey } from '../../shared/timers/timer.js';
import type { Ledger } from './ledger.js';
import type { Life } from './machine.js';
import type { Plot } from './plot.js';
import type { Sent } from './receiver.js';
import { SettingsJudge } from './settings.js';
import type { Landing } from './store.js';
import type { World } from './world.js';

export const invariants = [
  'NotLost',
  'NotDoubled',
  'NotEarly',
  'CancelWins',
  'OneLeader',
  'OneOwner',
  'SameSettings',
  'Recovers',
] as const;
export type Invariant = (typeof invariants)[number];

export interface Violation {
  invariant: Invariant;
  text: string;
  elapsed: number;
}

/** A reading of the clock may be wrong by half its round trip, and by what the clock does not correct. */
const fixedErrorMs = 6;
/** `until` is a worker's time, and judged by a scheduler's. */
const untilToleranceMs = 1_500;
/** A look that is under way, when the ring it goes by is not to be acted upon any more. */
const lookMs = 4_000;

type Handler = (landing: Landing) => void | Promise<void>;

export class Invariants {
  readonly violations: Violation[] = [];
  checks = 0;
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly judge: SettingsJudge;
  readonly #handlers: Readonly<Record<string, Handler>>;
  /** How long a ring that is no longer the newest may be acted upon. */
  readonly #ringLifeMs: number;

  constructor(world: World, ledger: Ledger, { freshnessMs }: Pick<Plot, 'freshnessMs'>) {
    this.#world = world;
    this.#ledger = ledger;
    this.#ringLifeMs = freshnessMs + lookMs;
    this.judge = new SettingsJudge(world, (...found) => this.check('SameSettings', ...found), freshnessMs);
    this.#handlers = {
      'timers.create': ({ args, result }) =>
        ledger.keepCreated(args[0] as Timer[], result as (Timer | null)[]),
      'timers.change': ({ args }) => ledger.keepChanged(args[1] as Change),
      'timers.touch': ({ result }) =>
        (result as (Timer | null)[]).forEach((timer) => timer && ledger.keep(timer, timer.changedAt)),
      'delivery.start': (landing) => this.#onStart(landing),
      'delivery.settle': ({ args }) => this.#onSettle(args[0] as Settlement[]),
      'processes.declareGone': ({ args, result }) => void (result && ledger.gone.add(args[0] as string)),
      'documents.read': (landing) => this.judge.onRead(landing),
      'documents.write': (landing) => this.#onDocument(landing),
      'schedule.claim': (landing) => this.#onClaim(landing),
    };
  }

  /** To be told of everything that lands in the store. */
  async witness(landing: Landing): Promise<void> {
    await this.#handlers[landing.what]?.(landing);
  }

  fail(invariant: Invariant, text: string): void {
    const { elapsed } = this.#world;
    this.violations.push({ invariant, text, elapsed });
    this.#world.tell(`VIOLATION of ${invariant}: ${text}`);
  }

  check(invariant: Invariant, holds: boolean, text: () => string): void {
    this.checks++;
    if (!holds) this.fail(invariant, text());
  }

  async #onStart({ args, result, by }: Landing): Promise<void> {
    const [starts, runner] = args as [Start[], Runner];
    const { won } = result as Started;
    if (won.size > 0) this.judge.onTaken(by);
    for (const start of starts.filter(({ id }) => won.has(id))) {
      const name = attemptId(start.id, start.attempt + 1);
      const starter = this.#ledger.starterOf(start);
      const alone = starter === null || starter === runner.incarnation;
      this.check(
        'NotDoubled',
        alone,
        () => `${name} was started by ${starter}, then by ${runner.incarnation}`,
      );
      const execution = starter === null ? await this.#ledger.keepStart(start, runner) : null;
      if (!execution) continue;
      this.#world.tell(`${by.name} has started ${name}`);
      await this.#checkAllowed(execution, start.timer);
    }
  }

  /** No start that an acknowledged change forbids, as the rows have it at this instant. */
  async #checkAllowed(execution: Execution, key: TimerKey): Promise<void> {
    const { id, uid, generation, scheduledFor, attempt, claim, claimedAt } = execution;
    const told = !this.#ledger.cancelled.has(uid);
    this.check(
      'CancelWins',
      told,
      () => `${id} #${attempt} started after a user was told of its cancellation`,
    );
    const timer = await this.#ledger.store.timers.read(key);
    if (timer?.uid !== uid) return;
    this.check(
      'CancelWins',
      timer.state !== 'cancelled',
      () => `${id} #${attempt} started, its timer is cancelled`,
    );
    const manual = isManualRun(execution);
    const paused = timer.pause && !(manual && claimedAt >= timer.pause.since);
    this.check('CancelWins', !paused, () => `${id} #${attempt} started, its timer is paused`);
    // What was deferred keeps its turn, by the design: only what was never started or deferred is withdrawn.
    const isFirst = attempt === 1 && claim === 1 && !manual;
    const superseded = isFirst && generation < timer.generation && scheduledFor > timer.changedAt;
    this.check(
      'CancelWins',
      !superseded,
      () => `${id} started under generation ${generation}, which was changed`,
    );
  }

  /** To be told of every request that leaves for the target. */
  onSent(sent: Sent): void {
    const { executionId, attempt, sentAt, by } = sent;
    const name = `${executionId} #${attempt}`;
    const start = this.#ledger.starts.get(attemptId(executionId, attempt));
    this.check('NotDoubled', start !== undefined, () => `${name} was called and never started`);
    if (start) this.#checkInstant(start.callAt, sentAt, [name, by]);
    this.check(
      'NotDoubled',
      !start || !this.#isGone(start.runner),
      () => `${name} left after its worker was declared gone`,
    );
    this.judge.onSent(by);
    const earlier = this.#ledger.sent.get(executionId) ?? [];
    for (const other of earlier) this.#checkApart(sent, other);
    this.#ledger.sent.set(executionId, [...earlier, sent]);
  }

  #checkInstant(callAt: number, sentAt: number, [name, by]: [string, Life]): void {
    this.check(
      'NotEarly',
      sentAt >= callAt,
      () => `${name} left ${callAt - sentAt} ms early by its worker's clock`,
    );
    const earlyMs = callAt - this.#world.now();
    const bound = by.longestRoundTripMs() / 2 + fixedErrorMs;
    this.check('NotEarly', earlyMs <= bound, () => `${name} left ${earlyMs} ms early in true time`);
  }

  #checkApart(sent: Sent, other: Sent): void {
    const { executionId, attempt } = sent;
    const name = `${executionId} #${attempt}`;
    this.check('NotDoubled', attempt !== other.attempt, () => `${name} was called twice`);
    const record = this.#ledger.recorded.get(attemptId(executionId, other.attempt));
    this.check(
      'NotDoubled',
      record !== 'succeeded',
      () => `${name} was called after #${other.attempt} succeeded`,
    );
    const start = this.#ledger.starts.get(attemptId(executionId, other.attempt));
    const live = start && !this.#isGone(start.runner) && this.#world.now() < start.until - untilToleranceMs;
    this.check(
      'NotDoubled',
      other.over || !live,
      () => `${name} was called while #${other.attempt} was under way`,
    );
  }

  #isGone(incarnation: string): boolean {
    return this.#ledger.gone.has(incarnation);
  }

  #onSettle(settlements: readonly Settlement[]): void {
    for (const { record } of this.#ledger.record(settlements)) {
      this.#world.tell(`${record.id} is settled: ${record.outcome}, then ${record.verdict.state}`);
      const start = this.#ledger.starts.get(record.id);
      if (record.outcome !== 'lost' || !start) continue;
      const early = this.#world.now() < start.until - untilToleranceMs;
      const lives = !this.#isGone(start.runner) && early;
      this.check('NotDoubled', !lives, () => `${record.id} was declared lost while ${start.runner} lived`);
    }
  }

  #onDocument(landing: Landing): void {
    const { args, result, by } = landing;
    if (result === null) return;
    this.judge.onWritten(landing);
    const [name, value] = args as [string, unknown];
    if (name === termDocument) this.#onTerm(value as TermValue);
    if (name === 'ring') this.#onRing(value as RingValue, by);
  }

  #onTerm(value: TermValue): void {
    const { terms } = this.#ledger;
    const before = terms.at(-1)?.term ?? 0;
    this.#world.tell(`${value.leader} has installed term ${value.term}`);
    this.check('OneLeader', value.term > before, () => `term ${value.term} was installed after ${before}`);
    terms.push(value);
  }

  #onRing({ versions: ring }: RingValue, by: Life): void {
    const leader = this.#ledger.terms.at(-1)?.leader;
    this.check('OneLeader', leader === by.name, () => `${by.name} wrote the ring in the term of ${leader}`);
    const newest = ring.at(-1)!;
    const known = new Map(
      this.#ledger.rings.flatMap((entry) => entry.ring).map((version) => [version.number, version]),
    );
    const same = ring.every((version) => {
      const before = known.get(version.number);
      return !before || JSON.stringify(before) === JSON.stringify(version);
    });
    this.check(
      'OneOwner',
      same,
      () => `a version of the ring was written again otherwise: ${JSON.stringify(ring)}`,
    );
    const owned = Array.from({ length: shardCount }, (_, shard) =>
      ownerAt(ring, shard, newest.effectiveFrom),
    );
    this.check('OneOwner', !owned.includes(null), () => `a shard has no owner: ${JSON.stringify(ring)}`);
    this.#ledger.rings.push({ at: this.#world.elapsed, ring });
    this.#world.tell(`${by.name} has written ring ${newest.number}: ${newest.members.join(' ')}`);
  }

  /** Whoever claims owns the shard for that instant, by a ring that may still be acted upon. */
  #onClaim({ args, result, by }: Landing): void {
    if (result === 'conflict') return;
    this.judge.onTaken(by);
    const now = this.#world.now();
    const { rings } = this.#ledger;
    const since = this.#world.elapsed - this.#ringLifeMs;
    const believed = rings.filter((_, i) => (rings[i + 1]?.at ?? Infinity) >= since).map(({ ring }) => ring);
    const pruned = believed.map((ring) => withoutSuperseded(ring, now));
    for (const { timer, executions } of args[0] as Claim[]) {
      const dueAt = timer.next!.dueAt;
      const owns = [...believed, ...pruned].some((ring) => ownerAt(ring, timer.shard, dueAt) === by.name);
      this.check('OneOwner', owns, () => `${by.name} claimed ${executions[0]!.id} in another's shard`);
    }
  }
}
