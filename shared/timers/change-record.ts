/**
 * What is kept of a change: who changed what, when and why, and the version that it replaced, so that this can be brought
 * back. It is written in the transaction of the change it tells of, or not at all. Creations are told by the timer's own
 * row; what the machine does by the schedule (claims, runs, closing) is no change. Pure.
 */
import { uuidV7 } from '../base/ids.js';
import type { Change, Current } from './change.js';
import type { Timer } from './timer.js';

/** What changes are kept of. */
export const changedResources = ['timer', 'settings', 'key', 'quota', 'test-clock'] as const;
export type ChangedResource = (typeof changedResources)[number];

/** Who changed what nobody asked to: the end of a pause. */
export const machineActor = 'carillon';

/** One field that changed: a JSON pointer into what answers show, and its values; absent where there was or is none. */
export interface FieldChange {
  field: string;
  before?: unknown;
  after?: unknown;
  /** True where the values are too long to be kept here. */
  omitted?: boolean;
}

/** All of a timer that a restore brings back. */
export type TimerVersion = Pick<Timer, 'uid' | 'createdAt' | 'definition' | 'tags' | 'metadata'>;

export interface ChangeRecord {
  /** A UUIDv7 of `at`: the order of ids is that of time. */
  id: string;
  /** `*` for what all namespaces share: no namespace can be named so. */
  namespace: string;
  resource: ChangedResource;
  resourceId: string;
  /** Of a timer: its uid after the change; else null. */
  uid: string | null;
  /** The generation, or version, after the change; null where there is none. */
  generation: number | null;
  /** Real time, even where the timer lives by a test clock. */
  at: number;
  actor: string;
  action: string;
  /** The words of whoever changed it. */
  reason: string | null;
  changes: FieldChange[];
  /** The version of a timer that this change replaced; null where it is the same afterwards. */
  previous: TimerVersion | null;
}

/** Who changes, what it is called, and why. */
export interface Cause {
  actor: string;
  action: string;
  reason: string | null;
}

/** What is kept of a change of a timer, made at `at` in real time. */
export function recordOf(
  { timer: before }: Current,
  { timer }: Change,
  { at, changes, ...cause }: Cause & { at: number; changes: FieldChange[] },
): ChangeRecord {
  const { namespace, id, uid, generation } = timer;
  const isReplaced = uid !== before.uid;
  const keepsVersion = !isReplaced && changes.every(({ field }) => isCondition(field));
  return {
    id: uuidV7(at),
    namespace,
    resource: 'timer',
    resourceId: id,
    uid,
    generation,
    at,
    ...cause,
    changes,
    previous: keepsVersion ? null : versionOf(before),
  };
}

/** What the machine leaves when a pause has ended by itself. */
export function endOfPause(current: Current, change: Change, at: number): ChangeRecord {
  const cause = { actor: machineActor, action: 'resume', reason: 'the pause ended' };
  const { state: before } = current.timer;
  return recordOf(current, change, {
    ...cause,
    at,
    changes: [{ field: '/state', before, after: change.timer.state }],
  });
}

/** True for what a timer is in, not what it is: no version of its own, and not brought back. */
function isCondition(field: string): boolean {
  return /^\/(state|pause)(\/|$)/.test(field);
}

function versionOf({ uid, createdAt, definition, tags, metadata }: Timer): TimerVersion {
  return { uid, createdAt, definition, tags, metadata };
}
