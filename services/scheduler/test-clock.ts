/**
 * Moves the test clocks of namespaces: from one instant at which something is due to the next, firing it and waiting
 * until its calls have ended, up to the target that was asked for. Where each clock stands is written down at every
 * step, so that another process can go on. Development only; nothing else ever looks at the timers of these namespaces.
 */
import { sleep, type Clock } from '../../shared/base/clock.js';
import type { Definitions } from '../../shared/definitions/definitions.js';
import { Loop } from '../../shared/base/loop.js';
import { factOfState, factsOfChange } from '../../shared/events/facts.js';
import type { EventSender } from '../../shared/events/sender.js';
import type { Presence } from '../../shared/presence/presence.js';
import type { Claim, DocumentStore, DueQuery, ScheduleStore, TimerStore } from '../../shared/store/store.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import { claimTimer, closeCheckMs } from '../../shared/timers/claim.js';
import type { Execution } from '../../shared/timers/execution.js';
import { endOfPause } from '../../shared/timers/change-record.js';
import { endPause } from '../../shared/timers/pause.js';
import { never, testShard, type Timer } from '../../shared/timers/timer.js';
import {
  arriveTestClock,
  moveTestClock,
  readTestClocks,
  type TestClock,
} from '../../shared/store/test-clocks.js';
import type { SchedulerConfig } from './config.js';
import { withDefinitions } from './held.js';
import type { Publisher } from './publisher.js';

const lookEveryMs = 1_000;
const batchSize = 500;
/** How often the end of the calls is looked for: soon at first, then less often. */
const pollMs = { first: 2, longest: 50 };

export interface TestClocksOptions {
  schedule: ScheduleStore;
  timers: Pick<TimerStore, 'change'>;
  events: Pick<EventSender, 'tell'>;
  documents: DocumentStore;
  definitions: Definitions;
  publisher: Publisher;
  presence: Presence;
  clock: Clock;
  log: Logger;
  config: SchedulerConfig;
  settledRetentionMs: number;
  /** Whether this process moves them. */
  owns(): boolean;
}

/** What is due of one namespace. */
interface Due {
  timers: Timer[];
  pauses: Timer[];
  executions: Execution[];
}

export class TestClocks extends Loop {
  readonly #options: TestClocksOptions;
  readonly #stopping = new AbortController();

  constructor(options: TestClocksOptions) {
    super({
      ...options,
      periodMs: lookEveryMs,
      run: () => this.#round(),
      failure: 'a test clock stands still; the next round moves it on',
    });
    this.#options = options;
  }

  /** Leaves the clocks where they are, between two instants. */
  override async stop(): Promise<void> {
    this.#stopping.abort();
    await super.stop();
  }

  async #round(): Promise<void> {
    if (!this.#goesOn()) return;
    const clocks = Object.entries(await readTestClocks(this.#options.documents));
    await Promise.all(clocks.map(([namespace, clock]) => this.#advance(namespace, clock)));
  }

  #goesOn(): boolean {
    const { presence, owns } = this.#options;
    return presence.holds() && owns() && !this.#stopping.signal.aborted;
  }

  async #advance(namespace: string, { now: begun, target, moving }: TestClock): Promise<void> {
    const { documents } = this.#options;
    for (let now = begun; this.#goesOn();) {
      const due = await this.#due(namespace, target + 1);
      const wakes = [...due.timers, ...due.pauses, ...due.executions].map(({ wakeAt }) => wakeAt);
      if (wakes.length === 0) break;
      now = Math.max(now, Math.min(...wakes));
      if (now > begun && !(await moveTestClock(documents, namespace, now))) return;
      await this.#fire(namespace, due, now);
    }
    if (moving && this.#goesOn()) await arriveTestClock(documents, namespace, target);
  }

  async #due(namespace: string, before: number): Promise<Due> {
    const { schedule } = this.#options;
    const query: DueQuery = { shards: [testShard], namespace, before, limit: batchSize };
    const [timers, pauses, executions] = await Promise.all([
      schedule.dueTimers(query),
      schedule.duePauses(query),
      schedule.dueExecutions(query),
    ]);
    return { timers, pauses, executions };
  }

  /** Fires what is due at that instant, and waits until it has ended. */
  async #fire(namespace: string, due: Due, now: number): Promise<void> {
    const isDue = ({ wakeAt }: { wakeAt: number }): boolean => wakeAt <= now;
    const timers = due.timers.filter(isDue);
    await this.#resume(due.pauses.filter(isDue), now);
    await this.#close(
      timers.filter(({ next }) => next === null),
      now,
    );
    await this.#claim(
      timers.filter(({ next }) => next !== null),
      now,
    );
    await this.#reclaim(due.executions.filter(isDue), now);
    await this.#ended(namespace);
  }

  async #resume(paused: Timer[], now: number): Promise<void> {
    const { timers, events, clock, settledRetentionMs } = this.#options;
    const instant = { now, expireAt: clock.now() + settledRetentionMs };
    for (const timer of paused) {
      const change = await timers.change(timer, (current) => {
        const change = endPause(current, now + 1, instant);
        const record = current && change && endOfPause(current, change, clock.now());
        return { change, record, reply: change };
      });
      if (change) events.tell([change.timer], () => factsOfChange(timer, change));
    }
  }

  async #close(finished: Timer[], now: number): Promise<void> {
    const { schedule, clock, settledRetentionMs } = this.#options;
    if (finished.length === 0) return;
    const expireAt = clock.now() + settledRetentionMs;
    await schedule.closeFinished(finished, { now, checkAt: now + closeCheckMs, expireAt });
  }

  async #claim(timers: Timer[], now: number): Promise<void> {
    if (timers.length === 0) return;
    const { schedule, publisher, events } = this.#options;
    const claims = timers.map((timer) => this.#claimOf(timer, now));
    const result = await schedule.claim(claims);
    // In conflict with a change: the next step of the clock reads them again.
    if (result === 'conflict') return;
    const fresh = claims.flatMap(({ timer, executions }) =>
      executions
        .filter(({ id }) => !result.existed.has(id))
        .map((execution) => ({ execution, definition: timer.definition })),
    );
    publisher.hold(fresh.filter(({ execution }) => execution.state === 'claimed'));
    events.tell(
      fresh.map(({ execution }) => execution),
      factOfState,
    );
  }

  /** Due by the test clock, called now by the real one. */
  #claimOf(timer: Timer, now: number): Claim {
    const { clock, presence, config, settledRetentionMs } = this.#options;
    const real = clock.now();
    const { executions, ...moved } = claimTimer(timer, { now, expireAt: real + settledRetentionMs });
    const held = {
      holder: presence.incarnation,
      clockOffsetMs: now - real,
      claimedAt: real,
      callAt: real,
      wakeAt: real + config.schedulerPublishAgainMs,
    };
    return {
      timer,
      ...moved,
      executions: executions.map((execution) =>
        execution.state === 'claimed' ? { ...execution, ...held } : execution,
      ),
    };
  }

  async #reclaim(executions: Execution[], now: number): Promise<void> {
    if (executions.length === 0) return;
    const { schedule, definitions, publisher, presence, events, clock, config } = this.#options;
    const real = clock.now();
    const publishAgainAt = real + config.schedulerPublishAgainMs;
    const by = { holder: presence.incarnation, now: real, publishAgainAt };
    const won = await schedule.reclaim(executions, by, now - real);
    events.tell(won, factOfState);
    publisher.hold(await withDefinitions(definitions, won));
  }

  /** Resolves when nothing of the namespace is claimed or running. */
  async #ended(namespace: string): Promise<void> {
    const { schedule, clock } = this.#options;
    const query: DueQuery = { shards: [testShard], namespace, before: never, limit: 1 };
    for (let wait = pollMs.first; this.#goesOn(); wait = Math.min(2 * wait, pollMs.longest)) {
      if ((await schedule.overdueExecutions(query)).length === 0) return;
      await sleep(clock, wait, this.#stopping.signal);
    }
  }
}
