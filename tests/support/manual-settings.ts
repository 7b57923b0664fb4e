/** Settings that a test decides: as configured until it says otherwise. */
import type { Settings, SettingsSource } from '../../shared/settings/settings.js';

export class ManualSettings implements SettingsSource {
  readonly #listeners: (() => void)[] = [];
  #stretches: { from: number; settings: Settings }[] = [];

  at(instant: number): Settings {
    return this.#stretches.findLast(({ from }) => from <= instant)?.settings ?? {};
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** What holds from then on, after all that was said before. */
  announce(from: number, settings: Settings): void {
    this.#stretches = [...this.#stretches, { from, settings }];
    this.tell();
  }

  /** An instant has come. */
  tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
