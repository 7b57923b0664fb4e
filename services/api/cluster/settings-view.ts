/** The settings as they are answered. Pure. */
import type { Settings } from '../../../shared/settings/settings.js';
import {
  earliestInstant,
  outlook,
  type SettingsVersion,
  type Timeline,
} from '../../../shared/settings/timeline.js';
import type { ProcessRow } from '../../../shared/store/processes.js';
import { formatInstant } from '../schemas/instant.js';
import type { SettingsAnswer, SettingsVersionAnswer } from '../schemas/settings.js';
import { heartbeatAge } from './cluster-view.js';

export interface SettingsSources {
  timeline: Timeline<Settings>;
  rows: readonly ProcessRow[];
  now: number;
  leadMs: number;
}

export function describeSettings({ timeline, rows, now, leadMs }: SettingsSources): SettingsAnswer {
  const { current, future, past, void: late } = outlook(timeline, now);
  return {
    current: current && describeVersion(current),
    future: future.map(describeVersion),
    past: past.map(describeVersion),
    void: late.map(describeVersion),
    earliest: formatInstant(earliestInstant({ now, leadMs })),
    processes: rows
      .filter(({ gone }) => !gone)
      .map((row) => ({
        id: row.incarnation,
        name: row.name,
        service: row.service,
        settingsVersion: row.report.settingsVersion ?? null,
        heartbeatAgeMs: heartbeatAge(row, now),
      })),
  };
}

export function describeVersion(version: SettingsVersion<Settings>): SettingsVersionAnswer {
  const { number, effectiveFrom, committedAt, settings } = version;
  return {
    version: number,
    effectiveFrom: formatInstant(effectiveFrom),
    committedAt: formatInstant(committedAt),
    settings,
  };
}
