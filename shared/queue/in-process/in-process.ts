/** Queue and bus within one process: the same contracts, no broker. Both forget everything when the process ends. */
import type { Bus } from '../bus.js';
import type { WorkQueue } from '../queue.js';
import { InProcessBus } from './bus.js';
import { InProcessWorkQueue } from './work-queue.js';

export interface InProcessOptions {
  /** Ready messages above which `publish` refuses; 100,000 unless told. */
  maxLength?: number;
  /** Told what a listener throws; a warning of the process unless given. */
  onProblem?(message: string, error: unknown): void;
}

/** Opens both; `close` closes both. */
export function openInProcessQueue(options: InProcessOptions = {}): {
  queue: WorkQueue;
  bus: Bus;
  close(): Promise<void>;
} {
  const { maxLength = 100_000, onProblem = warn } = options;
  const queue = new InProcessWorkQueue({ maxLength, onProblem });
  const bus = new InProcessBus(onProblem);
  return {
    queue,
    bus,
    async close() {
      await queue.close();
      await bus.close();
    },
  };
}

function warn(message: string, error: unknown): void {
  process.emitWarning(message, { detail: String(error) });
}
