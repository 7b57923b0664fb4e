/**
 * The contract of the store's port, one suite for every adapter. An adapter's own test file calls it with a way to open
 * a store on an empty database of its own.
 */
import { describe } from 'vitest';
import { changeContract } from './store/change-contract.js';
import { changeManyContract } from './store/change-many-contract.js';
import { changeRecordContract } from './store/change-record-contract.js';
import { closingContract } from './store/closing-contract.js';
import { deliveryContract } from './store/delivery-contract.js';
import { documentContract } from './store/document-contract.js';
import { executionListContract } from './store/execution-list-contract.js';
import { executionContract } from './store/execution-contract.js';
import { keyContract } from './store/key-contract.js';
import { manualRunContract } from './store/manual-run-contract.js';
import { misfireContract } from './store/misfire-contract.js';
import { namespaceContract } from './store/namespace-contract.js';
import type { OpenStore } from './store/opened-store.js';
import { overlapContract } from './store/overlap-contract.js';
import { pauseContract } from './store/pause-contract.js';
import { processContract } from './store/process-contract.js';
import { quotaContract } from './store/quota-contract.js';
import { raceContract } from './store/race-contract.js';
import { rescueContract } from './store/rescue-contract.js';
import { scheduleContract } from './store/schedule-contract.js';
import { serviceLevelContract } from './store/service-level-contract.js';
import { settleContract } from './store/settle-contract.js';
import { stampContract } from './store/stamp-contract.js';
import { timerListContract } from './store/timer-list-contract.js';
import { timerContract } from './store/timer-contract.js';
import { touchContract } from './store/touch-contract.js';
import { turnContract } from './store/turn-contract.js';
import { turnRaceContract } from './store/turn-race-contract.js';

export function storeContract(name: string, open: OpenStore): void {
  timersContract(name, open);
  executionsContract(name, open);
}

/** The half about timers: kept, changed, claimed. */
export function timersContract(name: string, open: OpenStore): void {
  describe(`timers in the store, ${name}`, () => {
    timerContract(open);
    timerListContract(open);
    changeContract(open);
    changeManyContract(open);
    changeRecordContract(open);
    raceContract(open);
    pauseContract(open);
    manualRunContract(open);
    touchContract(open);
    scheduleContract(open);
    misfireContract(open);
    namespaceContract(open);
    closingContract(open);
    processContract(open);
    documentContract(open);
    serviceLevelContract(open);
    keyContract(open);
    quotaContract(open);
  });
}

/** The half about executions: rescued, started, settled, one after the other where they overlap. */
export function executionsContract(name: string, open: OpenStore): void {
  describe(`executions in the store, ${name}`, () => {
    executionContract(open);
    executionListContract(open);
    rescueContract(open);
    deliveryContract(open);
    settleContract(open);
    stampContract(open);
    overlapContract(open);
    turnContract(open);
    turnRaceContract(open);
  });
}
