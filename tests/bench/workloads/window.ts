/** CPU and memory of a subject over the window of a measurement. */
import { cpuSecondsOf, memoryMbOf, type Part } from '../process-usage.js';
import type { Subject } from '../systems/system.js';
import type { Column, Figures } from './workload.js';

export const usageColumns: readonly Column[] = [
  { key: 'cpu', title: 'CPU s per 1,000' },
  { key: 'cpuServers', title: 'of it servers' },
  { key: 'memoryMb', title: 'memory, MB' },
];

export interface Usage {
  figures: Figures;
  cpuSeconds: Record<string, number>;
}

/** Opens the window; what it answers closes it, over so many timers. Processes that died within it count until then. */
export function openWindow(subject: Subject): (timers: number) => Usage {
  const parts = subject.parts();
  const before = cpuSecondsOf(parts);
  return (timers) => {
    const after = cpuSecondsOf(parts);
    const spent = (part: Part): number => Math.max(0, after.get(part.name)! - before.get(part.name)!);
    const sum = (some: readonly Part[]): number => some.reduce((total, part) => total + spent(part), 0);
    return {
      figures: {
        cpu: (sum(parts) / timers) * 1_000,
        cpuServers: (sum(parts.filter(({ server }) => server)) / timers) * 1_000,
        memoryMb: memoryMbOf(parts),
      },
      cpuSeconds: Object.fromEntries(parts.map((part) => [part.name, spent(part)])),
    };
  };
}
