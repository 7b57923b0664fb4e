/** `slo`: how punctual the calls are, and how many succeed. */
import type { ServiceLevel } from '../../sdk/generated.js';
import { UsageError, type Command } from '../command.js';
import { textTable } from '../text-table.js';

const windows = ['1h', '6h', '24h', '7d', '30d'] as const;

export const slo: Command = {
  name: 'slo',
  summary: 'Show lateness and success of the namespace',
  options: {
    window: { value: 'LENGTH', choices: windows, help: 'so long before now; 1h unless given' },
    from: { value: 'INSTANT', help: 'from here on, instead of --window' },
    to: { value: 'INSTANT', help: 'up to here; now unless given' },
  },
  examples: ['carillon slo --window 24h'],
  async run({ given, client, world, json }) {
    const named = given.text('window');
    const window = windows.find((one) => one === named);
    if (named !== undefined && !window) throw new UsageError(`--window is one of ${windows.join(', ')}`);
    const request = { window, from: given.text('from'), to: given.text('to') };
    const level = await client.operations.getServiceLevel(request, { signal: world.signal });
    world.out(json ? `${JSON.stringify(level)}\n` : `${textOf(level)}\n`);
  },
};

function textOf({
  namespace,
  from,
  to,
  executions,
  attempts,
  successRate,
  latenessMs,
}: ServiceLevel): string {
  const ms = (value: number | null): string => (value === null ? '-' : `${value} ms`);
  return textTable([
    ['namespace', namespace],
    ['from', from],
    ['to', to],
    ['succeeded', String(executions.succeeded)],
    ['failed', String(executions.failed)],
    ['aborted', String(executions.aborted)],
    ['attempts', String(attempts)],
    ['success rate', successRate === null ? '-' : `${(successRate * 100).toFixed(3)} %`],
    ['late, half', ms(latenessMs.p50)],
    ['late, 99 %', ms(latenessMs.p99)],
    ['late, 99.9 %', ms(latenessMs.p999)],
  ]);
}
