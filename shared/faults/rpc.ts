/** Calls to a process from which this one is cut off: nobody answers, so each waits for as long as it may. */
import { sleep, type Clock } from '../base/clock.js';
import { CarillonError } from '../base/errors.js';
import type { Rpc } from '../rpc/rpc.js';
import type { Faults } from './faults.js';

/** As `rpc`, but for those out of reach. What they ask is kept out at the door of requests. */
export function cutRpc(rpc: Rpc, faults: Faults, clock: Clock): Rpc {
  return {
    serve: (...served) => rpc.serve(...served),
    async call(procedure, call) {
      if (faults.reaches(call.to)) {
        const reply = await rpc.call(procedure, call);
        if (faults.reaches(call.to)) return reply;
      }
      await sleep(clock, call.deadlineMs);
      throw new CarillonError('peer-unavailable', `${procedure.name} at ${call.to}: cut off`);
    },
  };
}
