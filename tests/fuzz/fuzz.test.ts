import { describe, expect, it } from 'vitest';
import { fuzz } from './run.js';

const requests = 20_000;
/** Ten times what it takes, and little beside what a leak of such a run would come to. */
const mostResidentBytes = 2 ** 30;

describe('the API, of requests made from its own document', () => {
  it(
    'answers each as the document says, accepts no nonsense, and is well afterwards',
    { timeout: 900_000 },
    async () => {
      const { tally, residentBytes, seconds } = await fuzz({ seed: 20_261_122, requests });
      const counts = JSON.stringify(tally.byStatus);
      process.stdout.write(`${tally.toString()}
${tally.total} in ${seconds.toFixed(0)} s: ${counts}
`);
      expect(tally.findings).toEqual([]);
      expect(tally.total).toBe(requests);
      // Most of what a run is for has happened: things were made, refused, not found, in conflict, too large.
      for (const status of [200, 201, 400, 401, 404, 405, 409, 412, 413, 415])
        expect(tally.byStatus[status], String(status)).toBeGreaterThan(0);
      expect(residentBytes).toBeLessThan(mostResidentBytes);
    },
  );
});
