/**
 * What each operation of the API asks of who calls it, by operation id: the one table of rights, which docs/tenancy.md
 * repeats. An operation that is missing here is for admins of all namespaces, so that a forgotten line lets nobody in.
 */
import type { Requirement } from './actor.js';

const read: Requirement = { role: 'reader', where: 'namespace' };
const write: Requirement = { role: 'writer', where: 'namespace' };
const administer: Requirement = { role: 'admin', where: 'namespace' };
/** What the operation itself keeps to the namespaces of who asks. */
const administerOwn: Requirement = { role: 'admin', where: 'anywhere' };
const readCluster: Requirement = { role: 'reader', where: 'everywhere' };
const administerCluster: Requirement = { role: 'admin', where: 'everywhere' };

export const requirements: Readonly<Record<string, Requirement>> = {
  createTimer: write,
  createTimerShort: write,
  createTimers: write,
  getTimer: read,
  listTimers: read,
  countTimers: read,
  putTimer: write,
  patchTimer: write,
  cancelTimer: write,
  pauseTimer: write,
  resumeTimer: write,
  runTimer: write,
  touchTimer: write,
  getTimerHistory: read,
  restoreTimer: write,
  cancelTimers: write,
  rescheduleTimers: write,
  listChanges: administer,
  previewTimer: read,
  previewExistingTimer: read,
  listExecutions: read,
  countExecutions: read,
  getExecution: read,
  listenToEvents: read,
  getServiceLevel: read,
  getForecast: read,
  getTestClock: read,
  putTestClock: administer,
  deleteTestClock: administer,
  advanceTestClock: write,
  createKey: administerOwn,
  listKeys: administerOwn,
  getKey: administerOwn,
  rotateKey: administerOwn,
  revokeKey: administerOwn,
  getQuotas: read,
  putQuotas: administerCluster,
  getCluster: readCluster,
  getSettings: readCluster,
  putSettings: administerCluster,
};

/** Of a route; null for one that is no operation, such as the answer to a wrong method: any key will do. */
export function requirementOf(schema: { operationId?: string; hide?: boolean } = {}): Requirement | null {
  const { operationId, hide = false } = schema;
  if (hide) return null;
  return requirements[operationId ?? ''] ?? administerCluster;
}
