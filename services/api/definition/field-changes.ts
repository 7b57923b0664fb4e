/** Which fields of a timer a change made different, as answers show them. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { FieldChange } from '../../../shared/timers/change-record.js';
import type { Timer } from '../../../shared/timers/timer.js';
import { escapePointer } from '../plugins/validation.js';
import { describeTimer } from './description.js';
import { isObject } from './merge-patch.js';

/** Longer values, as JSON, are not repeated in each record; the version that is kept beside it has them. */
const longestValue = 1_024;

/** What answers tell of a timer that follows from other fields, or from what the machine does. */
const derived = ['id', 'namespace', 'generation', 'nextDueAt', 'lastDueAt', 'runs', 'manualRuns'];
const dated = ['createdAt', 'createdBy', 'updatedAt'];

/** The fields that differ, objects of the first level field by field. */
export function fieldChanges(before: Timer, after: Timer): FieldChange[] {
  return differences('', comparable(before), comparable(after))
    .flatMap((difference) => {
      const { field, before: old, after: present } = difference;
      return isObject(old) && isObject(present) ? differences(field, old, present) : [difference];
    })
    .map(bounded);
}

function comparable(timer: Timer): Record<string, unknown> {
  const shown = Object.entries(describeTimer(timer));
  return Object.fromEntries(shown.filter(([name]) => ![...derived, ...dated].includes(name)));
}

function differences(
  path: string,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): FieldChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .map((name) => ({ field: `${path}/${escapePointer(name)}`, before: before[name], after: after[name] }));
}

function bounded({ field, before, after }: FieldChange): FieldChange {
  const isLong = [before, after].some((value) => (JSON.stringify(value) ?? '').length > longestValue);
  if (isLong) return { field, omitted: true };
  return { field, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}
