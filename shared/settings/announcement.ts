/**
 * The document of the store that holds the versions of the settings, and how one is added. The stamp of a version's
 * commit is the store's own, of the very write that added it: no process is believed about when it wrote.
 */
import type { DocumentStore, StoredDocument } from '../store/store.js';
import type { Settings } from './settings.js';
import {
  announce,
  earliestInstant,
  isVoid,
  outlook,
  trimmed,
  type SettingsVersion,
  type Timeline,
} from './timeline.js';

export const settingsDocument = 'settings';

/** Void and past versions that are kept to be shown. */
const pastKept = 20;
/** Versions that may lie ahead. */
export const mostAhead = 50;

/** As written: the newest version is stamped by the store, those before it carry the stamps they got. */
interface SettingsValue {
  versions: (Omit<SettingsVersion<Settings>, 'committedAt'> & { committedAt: number | null })[];
}

export interface Wish {
  /** Null for as soon as may be. */
  effectiveFrom: number | null;
  settings: Settings;
  leadMs: number;
}

export type Announced =
  | { outcome: 'announced'; version: SettingsVersion<Settings> }
  | { outcome: 'too-soon'; earliest: number }
  | { outcome: 'too-many' };

/** The versions in the document; none where there is none. */
export function timelineOf(document: StoredDocument | null): Timeline<Settings> {
  if (!document) return [];
  const { versions } = document.value as SettingsValue;
  return versions.map((version) => ({
    ...version,
    committedAt: version.committedAt ?? document.writtenAt,
  }));
}

/**
 * Adds a version. Where its commit took so long that it is void, it is as if it had come too soon. Rejects with
 * `store-unavailable`; then it may have been added, and to announce the same again changes nothing more.
 */
export async function announceSettings(
  { documents, now }: { documents: DocumentStore; now(): number },
  wish: Wish,
): Promise<Announced> {
  for (;;) {
    const present = await documents.read(settingsDocument);
    const timeline = timelineOf(present);
    const { leadMs, settings } = wish;
    const at = now();
    const effectiveFrom = wish.effectiveFrom ?? earliestInstant({ now: at, leadMs });
    const announcement = announce(timeline, { effectiveFrom, now: at, leadMs });
    if (!announcement.accepted) return { outcome: 'too-soon', earliest: announcement.earliest };
    if (outlook(timeline, at).future.length >= mostAhead) return { outcome: 'too-many' };
    const { number } = announcement;
    const value: SettingsValue = {
      versions: [
        ...trimmed(timeline, { now: at, keep: pastKept }),
        { number, effectiveFrom, leadMs, settings, committedAt: null },
      ],
    };
    const written = await documents.write(settingsDocument, value, { expected: present?.version ?? 0 });
    if (written !== null) return stamped(documents, { number, now: now(), leadMs });
  }
}

/** The version with its stamp, read back: later writes keep it. */
async function stamped(
  documents: DocumentStore,
  { number, now, leadMs }: { number: number; now: number; leadMs: number },
): Promise<Announced> {
  const version = timelineOf(await documents.read(settingsDocument)).find((one) => one.number === number);
  if (!version || isVoid(version)) return { outcome: 'too-soon', earliest: earliestInstant({ now, leadMs }) };
  return { outcome: 'announced', version };
}
