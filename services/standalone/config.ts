/** The variables of the one-process mode, and the defaults that differ in it. */
import Type, { type TInteger } from 'typebox';

export const standaloneSchema = Type.Object({
  standaloneData: Type.String({
    default: './data',
    minLength: 1,
    description: 'folder of the SQLite file that keeps everything (npm start -- --data)',
  }),
});

/**
 * One thread does everything here, and the store answers within milliseconds: a claim of a thousand timers would hold
 * up the calls for a tenth of a second, and a long lead would only fill call slots. At 1,000 timers a second batches of
 * 100 took the 99th percentile of lateness from 180 to 14 ms.
 */
const embeddedDefaults = { schedulerClaimBatch: 100, schedulerPublishLeadMs: 20 };

/** The scheduler's properties with the defaults of the one-process mode. */
export function embedded<Properties extends Record<keyof typeof embeddedDefaults, TInteger>>(
  properties: Properties,
): Properties {
  const changed = Object.entries(embeddedDefaults).map(([name, value]) => [
    name,
    { ...properties[name as keyof typeof embeddedDefaults], default: value },
  ]);
  return { ...properties, ...Object.fromEntries(changed) } as Properties;
}
