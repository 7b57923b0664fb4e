/**
 * One fault under load, and the account of it: counted at the receiver, never by the word of those that suffer it. What is
 * promised here is absolute: nothing missing, nothing early, nothing called twice unless a worker was lost (none is killed,
 * but one that starves is declared gone, and what it could not record is repeated), a leader and a settled ring afterwards. Times are measured and told, not judged.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { quantile, TimerLoad, type Account } from '../support/timer-load.js';
import type { Fault } from './faults.js';
import type { Rig } from './rig.js';

export interface Row {
  coordination: string;
  fault: string;
  due: number;
  missing: number;
  early: number;
  doubled: number;
  /** Workers that were declared gone meanwhile. */
  lostWorkers: number;
  /** Lateness, milliseconds. */
  p50: number;
  p99: number;
  longest: number;
  /** Until another one led, milliseconds; null where that was not asked. */
  newLeaderMs: number | null;
  /** From the end of the fault until the ring was settled, milliseconds. */
  settledMs: number | null;
  /** What did not hold; empty when all did. */
  broken: string[];
}

const aheadMs = 3_000;
/** How long the load runs before anything happens. */
const leadInMs = 5_000;
/** A first call may be as late as an outage is long; then comes a lease and a look, in which what is doubled would come. */
const lateLimitMs = 90_000;
const afterwardsMs = 5_000;
const batchesEachSecond = 10;

export async function tryFault(rig: Rig, fault: Fault, perSecond: number): Promise<Row> {
  await rig.settles();
  const batch = Math.max(1, Math.round(perSecond / batchesEachSecond));
  const load = await TimerLoad.open({ urls: rig.urls(), perSecond, seconds: fault.seconds, aheadMs, batch });
  try {
    const before = await rig.workerLives();
    const created = load.create();
    const course = await pause(leadInMs)
      .then(() => commit(rig, fault))
      .finally(() => created);
    await load.settled(lateLimitMs);
    await pause(afterwardsMs);
    await rig.revive();
    const account = load.account();
    const after = await rig.workerLives();
    const lostWorkers = before.filter((life, i) => life !== after[i]).length;
    const wanted = Math.round(perSecond * fault.seconds);
    const found = { ...course, account, lostWorkers };
    return { ...rowOf(rig, fault, found), broken: broken(fault, { ...found, wanted }) };
  } finally {
    await load.close();
  }
}

/** What happened to the cluster. */
interface Course {
  newLeaderMs: number | null;
  settledMs: number | null;
  /** Why the fault could not be committed or mended; null when all went well. */
  failure: string | null;
}

interface Findings extends Course {
  account: Account;
  lostWorkers: number;
}

async function commit(rig: Rig, fault: Fault): Promise<Course> {
  try {
    const newLeaderMs = await fault.commit(rig);
    return { newLeaderMs, settledMs: await settled(rig), failure: null };
  } catch (error) {
    return { newLeaderMs: null, settledMs: await settled(rig), failure: (error as Error).message };
  }
}

/** How long it takes from now; null when it does not come to it. */
async function settled(rig: Rig): Promise<number | null> {
  const begun = performance.now();
  return rig.settles().then(
    () => performance.now() - begun,
    () => null,
  );
}

function broken(
  fault: Fault,
  { account, newLeaderMs, settledMs, failure, wanted, lostWorkers }: Findings & { wanted: number },
): string[] {
  const { acknowledged, missing, early, doubled } = account;
  const claims: [boolean, string][] = [
    [failure === null, `the fault: ${failure}`],
    [acknowledged === wanted, `${acknowledged} of ${wanted} timers were acknowledged`],
    [missing.length === 0, `missing: ${some(missing)}`],
    [early.length === 0, `early: ${some(early)}`],
    [doubled.size === 0 || lostWorkers > 0, `doubled: ${some([...doubled.keys()])}`],
    [!fault.deposes || newLeaderMs !== null, 'nobody led again'],
    [settledMs !== null, 'the ring did not settle'],
  ];
  return claims.flatMap(([holds, text]) => (holds ? [] : [text]));
}

function some(ids: readonly string[]): string {
  return `${ids.length}, such as ${ids.slice(0, 3).join(', ')}`;
}

function rowOf(
  rig: Rig,
  fault: Fault,
  { account, lostWorkers, newLeaderMs, settledMs }: Findings,
): Omit<Row, 'broken'> {
  const { acknowledged, missing, early, doubled, lateness } = account;
  return {
    coordination: rig.coordination,
    fault: fault.title,
    due: acknowledged,
    missing: missing.length,
    early: early.length,
    doubled: doubled.size,
    lostWorkers,
    p50: quantile(lateness, 0.5),
    p99: quantile(lateness, 0.99),
    longest: quantile(lateness, 1),
    newLeaderMs: newLeaderMs === null ? null : Math.round(newLeaderMs),
    settledMs: settledMs === null ? null : Math.round(settledMs),
  };
}
