/** `forecast`: what will call which destination, hour by hour. */
import type { Forecast } from '../../sdk/generated.js';
import type { Command } from '../command.js';
import { textTable } from '../text-table.js';

export const forecast: Command = {
  name: 'forecast',
  summary: 'Show how many calls each destination will get, hour by hour',
  options: {
    days: { value: 'N', help: 'how far ahead, 1 to 31; 7 unless given' },
    host: { value: 'HOST', help: 'of this destination, host or host:port' },
    limit: { value: 'CALLS', help: 'calls an hour that a destination takes: hours above it are marked' },
  },
  examples: ['carillon forecast --days 1 --limit 3600'],
  async run({ given, client, world, json }) {
    const request = { days: given.count('days'), host: given.text('host'), limit: given.count('limit') };
    const answer = await client.operations.getForecast(request, { signal: world.signal });
    world.out(json ? `${JSON.stringify(answer)}\n` : `${tableOf(answer)}\n`);
    if (json) return;
    for (const { host, suggestedJitter } of answer.hosts)
      if (suggestedJitter)
        world.complain(`${host}: a jitter of ${suggestedJitter} would keep within the limit.\n`);
    if (answer.completeUntil < answer.until)
      world.complain(`There is too much to read: complete up to ${answer.completeUntil}.\n`);
  },
};

function tableOf({ hosts }: Forecast): string {
  const rows = hosts.flatMap(({ host, hours, above }) => {
    const marked = new Set(above.map(({ from }) => from));
    return hours.map(({ from, calls }) => [host, from, String(calls), marked.has(from) ? 'above' : '']);
  });
  return rows.length > 0 ? textTable([['HOST', 'HOUR', 'CALLS', 'LIMIT'], ...rows]) : 'None.';
}
