/**
 * Every rule of "when" on both stores, each with a callback that comes, or does not, because of it: once on the embedded
 * process, once on the real stack, where each is created through one API process and seen through another.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { describeManualRuns, describePauses, describeTestClocks, describeWatchdogs } from './when/actions.js';
import { describeMisfires, describeOverlaps } from './when/policies.js';
import { describeSchedules } from './when/schedules.js';
import { grounds, World } from './when/world.js';

describe.each(Object.keys(grounds))('when, on %s', { timeout: 60_000 }, (ground) => {
  let opened: World | undefined;
  const world = (): World => opened!;
  beforeAll(async () => {
    opened = await World.open(ground);
  }, 180_000);
  afterAll(async () => {
    await opened?.close();
  }, 60_000);

  describeSchedules(world);
  describePauses(world);
  describeManualRuns(world);
  describeWatchdogs(world);
  describeTestClocks(world);
  describeOverlaps(world);
  describeMisfires(world);
});
