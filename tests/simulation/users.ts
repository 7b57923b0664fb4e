/**
 * Users: they create timers and change their minds, through the functions that the API's routes call. One who gets no
 * answer asks again with the same request, as the documents tell them to.
 */
import { cancel } from '../../services/api/timers/cancellation.js';
import { create } from '../../services/api/timers/creation.js';
import type { Desk } from '../../services/api/timers/desk.js';
import { run } from '../../services/api/timers/manual-run.js';
import { pause, resume } from '../../services/api/timers/pausing.js';
import { touch } from '../../services/api/timers/touching.js';
import { upsert } from '../../services/api/timers/upsert.js';
import { Problem } from '../../services/api/plugins/problems.js';
import type { TimerDefinition } from '../../services/api/schemas/timer-request.js';
import { messageOf } from '../../shared/base/errors.js';
import type { Settings } from '../../shared/settings/settings.js';
import type { Cast } from './cast.js';
import type { Ledger } from './ledger.js';
import type { Plot } from './plot.js';
import type { RunningApi } from './processes.js';
import { dawn, type World } from './world.js';

interface Request {
  what: string;
  ask(desk: Desk, announce: RunningApi['announce']): Promise<{ uid: string } | null>;
  acknowledged?(uid: string): void;
}

const namespace = 'default';
const patienceMs = 5_000;
const againMs = 400;

export class Users {
  readonly #world: World;
  readonly #cast: Cast;
  readonly #ledger: Ledger;
  readonly #ids: string[] = [];
  /** Null where nobody announces settings. */
  readonly #settingsLeadMs: number | null;
  #requests = 0;
  /** Requests without an answer yet. */
  waiting = 0;

  /** When what the last settings announced has come into force, elapsed. */
  pausedUntil = 0;
  readonly actsUntil: number;

  constructor(world: World, cast: Cast, { ledger, plot }: { ledger: Ledger; plot: Plot }) {
    this.#world = world;
    this.#cast = cast;
    this.#ledger = ledger;
    this.actsUntil = plot.actingMs;
    this.#settingsLeadMs = plot.settingsLeadMs;
  }

  /** One request after the other, as long as the plot has it. */
  act(): void {
    if (this.#world.elapsed >= this.actsUntil) return;
    this.#send(this.#draw());
    this.#world.after(this.#world.between(20, 500), () => this.act());
  }

  /** Puts an end to what would go on for ever. */
  finish(): void {
    for (const id of this.#ids) this.#send(this.#cancel(id));
    if (this.#settingsLeadMs !== null) this.#send(this.#announce({}));
  }

  #draw(): Request {
    if (this.#settingsLeadMs !== null && this.#world.chance(0.1)) return this.#announce(this.#settings());
    const lot = this.#world.between(1, 100);
    if (this.#ids.length === 0 || lot <= 45) return this.#create();
    const id = this.#world.pick(this.#ids);
    const key = { namespace, id };
    const request = { key, ifMatch: undefined, actor: 'user' };
    const number = this.#requests;
    if (lot <= 55) return this.#cancel(id);
    if (lot <= 65) {
      const until = this.#world.chance(0.5) ? this.#world.between(500, 6_000) : null;
      return timerRequest(`pause ${id}`, (desk) => pause(desk, { ...request, reason: null, until }));
    }
    if (lot <= 75) return timerRequest(`resume ${id}`, (desk) => resume(desk, request));
    if (lot <= 83) return timerRequest(`touch ${id}`, (desk) => touch(desk, key));
    if (lot <= 90)
      return {
        what: `run ${id}`,
        ask: async (desk) => (await run(desk, { ...request, id: `r${number}` })).execution,
      };
    const sent = this.#definition();
    return {
      what: `change ${id}`,
      ask: async (desk) => (await upsert(desk, { ...request, sent, idempotencyKey: undefined })).timer,
    };
  }

  #create(): Request {
    const id = `t${this.#ids.length + 1}`;
    const sent = { id, ...this.#definition() };
    this.#ids.push(id);
    return {
      what: `create ${id}`,
      ask: async (desk) => (await create(desk, { namespace, actor: 'user', sent, key: `key-${id}` })).timer,
      acknowledged: (uid) => void this.#ledger.acknowledged.add(uid),
    };
  }

  #announce(settings: Settings): Request {
    return {
      what: `announce ${JSON.stringify(settings)}`,
      ask: async (_desk, announce) => {
        const announced = await announce(settings);
        if (announced.outcome !== 'announced') throw new Error(announced.outcome);
        this.pausedUntil = announced.version.effectiveFrom - dawn;
        return null;
      },
    };
  }

  #settings(): Settings {
    const world = this.#world;
    const pauses = world.chance(0.4);
    return {
      ...(pauses && { dispatchPaused: true }),
      ...(world.chance(0.5) && { lookAheadMs: world.pick([500, 1_000, 4_000]) }),
      ...(world.chance(0.5) && { workerConcurrency: world.between(1, 12) }),
    };
  }

  #cancel(id: string): Request {
    return {
      what: `cancel ${id}`,
      ask: async (desk) =>
        (await cancel(desk, { key: { namespace, id }, ifMatch: undefined, actor: 'user' })).timer,
      acknowledged: (uid) => void this.#ledger.cancelled.add(uid),
    };
  }

  #definition(): TimerDefinition {
    const world = this.#world;
    const soonMs = world.between(50, 8_000);
    const when = world.pick([
      { at: new Date(world.now() + soonMs).toISOString() },
      { delay: soonMs },
      { every: world.between(1, 4) * 1_000 },
    ]);
    return {
      ...when,
      target: { url: `http://host${world.between(1, 4)}.test/`, timeout: world.pick([800, 1_500, 3_000]) },
      retries: { maxAttempts: world.between(1, 4), base: 300, maxDelay: 2_000 },
      overlap: world.pick(['allowAll', 'allowAll', 'skip', 'bufferOne', 'bufferAll', 'cancelOther'] as const),
    };
  }

  #send(request: Request): void {
    this.#requests++;
    this.waiting++;
    this.#world.tell(`a user asks: ${request.what}`);
    this.#try(request);
  }

  /** Asks one of the instances that are there; after silence or trouble another time, another one. */
  #try(request: Request): void {
    const world = this.#world;
    let answered = false;
    const once = (run: () => void) => () => {
      if (answered) return;
      answered = true;
      run();
    };
    const again = once(() => world.after(againMs, () => this.#try(request)));
    world.after(patienceMs, again);
    const api = this.#cast.anyApi();
    if (!api?.accepts()) return again();
    request.ask(api.desk, api.announce).then(
      (told) => once(() => this.#end(request, told?.uid ?? null))(),
      (error: unknown) =>
        isFinal(error) ? once(() => this.#end(request, null, messageOf(error)))() : again(),
    );
  }

  #end({ what, acknowledged }: Request, uid: string | null, refusal = ''): void {
    this.waiting--;
    this.#world.tell(`a user is told: ${what} ${refusal || 'done'}`);
    if (uid !== null) acknowledged?.(uid);
  }
}

function timerRequest(what: string, ask: (desk: Desk) => Promise<{ uid: string }>): Request {
  return { what, ask };
}

/** Refused for good, as opposed to not now. */
function isFinal(error: unknown): boolean {
  return error instanceof Problem && error.status < 500;
}
