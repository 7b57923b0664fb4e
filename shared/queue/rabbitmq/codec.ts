/** A work message as bytes and back. Pure; `decode` trusts nothing, since anybody may write to a queue. */
import type { WorkMessage } from '../queue.js';

type Fields = WorkMessage['execution'];

const executionFields: { [Name in keyof Fields]: 'string' | 'number' } = {
  id: 'string',
  uid: 'string',
  namespace: 'string',
  timerId: 'string',
  host: 'string',
  scheduledFor: 'number',
  dueAt: 'number',
  generation: 'number',
  version: 'number',
  claim: 'number',
  claimedAt: 'number',
  callAt: 'number',
  attempt: 'number',
  lost: 'number',
  deferrals: 'number',
  clockOffsetMs: 'number',
};

export function encode(message: WorkMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/** The message, or null when the bytes are not one. */
export function decode(content: Buffer): WorkMessage | null {
  try {
    const value: unknown = JSON.parse(content.toString());
    return isWorkMessage(value) ? value : null;
  } catch {
    return null;
  }
}

function isWorkMessage(value: unknown): value is WorkMessage {
  if (!isRecord(value) || typeof value.publishedAt !== 'number') return false;
  const { execution, definition } = value;
  if (!isRecord(execution)) return false;
  if (definition !== null && !(isRecord(definition) && isRecord(definition.target))) return false;
  return Object.entries(executionFields).every(([name, type]) => typeof execution[name] === type);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
