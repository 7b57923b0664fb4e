/**
 * SameSettings: what a process goes by at an instant is what the registry has for that instant, whoever it is; and whoever
 * cannot know takes no new work. Judged from the document as it landed in the store, and from when it was read.
 */
import { settingsDocument, timelineOf } from '../../shared/settings/announcement.js';
import type { Settings } from '../../shared/settings/settings.js';
import { settingsAt, skewBoundMs, type Timeline } from '../../shared/settings/timeline.js';
import { SettingsView, type SettingsViewOptions } from '../../shared/settings/view.js';
import type { Life } from './machine.js';
import type { Landing } from './store.js';
import type { World } from './world.js';

/** Between what was decided and its landing in the store, reads before it included. */
const underwayMs = 2_100;
/** Clocks of machines go a little fast or slow. */
const rateErrorMs = 5;

/** To be told what has been found: whether it holds, and if not, what is wrong. */
type Check = (holds: boolean, text: () => string) => void;

export class SettingsJudge {
  readonly #world: World;
  readonly #check: Check;
  readonly #freshnessMs: number;
  #timeline: Timeline<Settings> = [];
  /** When each last had an answer on its way that said what stands, elapsed. */
  readonly #verified = new Map<Life, number>();

  constructor(world: World, check: Check, freshnessMs: number) {
    this.#world = world;
    this.#check = check;
    this.#freshnessMs = freshnessMs;
  }

  onRead({ args: [name], by }: Landing): void {
    if (name === settingsDocument) this.#verified.set(by, this.#world.elapsed);
  }

  onWritten({ args: [name, value], result }: Landing): void {
    if (name !== settingsDocument || result === null) return;
    const writtenAt = this.#world.now();
    this.#timeline = timelineOf({ version: result as number, value, writtenAt });
    this.#world.tell(`settings are announced: ${JSON.stringify(this.#timeline.at(-1))}`);
  }

  /** To be told what a process that may take work goes by for an instant. */
  onUsed(by: Life, instant: number, used: Settings): void {
    const due = settingsAt(this.#timeline, instant)?.settings ?? {};
    const [mine, theirs] = [JSON.stringify(used), JSON.stringify(due)];
    this.#check(mine === theirs, () => `${by.name} goes by ${mine} for ${instant}, where ${theirs} hold`);
  }

  /** New work has landed: it was taken within the freshness time. */
  onTaken(by: Life): void {
    this.#checkFresh(by, underwayMs);
  }

  /** A call leaves: nothing lies between the decision and this. */
  onSent(by: Life): void {
    this.#checkFresh(by, 0);
  }

  #checkFresh(by: Life, graceMs: number): void {
    const age = this.#world.elapsed - (this.#verified.get(by) ?? -Infinity);
    const bound = this.#freshnessMs + graceMs + rateErrorMs;
    this.#check(
      age <= bound,
      () => `${by.name} takes work ${Math.round(age)} ms after it last read the settings`,
    );
  }
}

/** Tells the judge whenever a process that may take work asks for the settings of an instant that is settled by now. */
export class WatchedSettings extends SettingsView {
  readonly #onUsed: (instant: number, used: Settings) => void;
  readonly #clock: SettingsViewOptions['clock'];

  constructor(options: SettingsViewOptions, onUsed: (instant: number, used: Settings) => void) {
    super(options);
    this.#clock = options.clock;
    this.#onUsed = onUsed;
  }

  override at(instant: number): Settings {
    const used = super.at(instant);
    if (instant <= this.#clock.now() + skewBoundMs) this.#onUsed(instant, used);
    return used;
  }
}
