/** `timers create` and `timers preview`: a timer from options, a file, or both. */
import type { TargetRequest, TimerCreation, TimerSketch } from '../../sdk/generated.js';
import { UsageError, type Command, type Given, type Task } from '../command.js';
import { readSketch, scheduleOptions } from '../schedule-options.js';
import { previewText, timerText } from '../timer-view.js';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

export const createTimer: Command = {
  name: 'timers create',
  summary: 'Create a timer that calls a URL',
  positionals: ['[target-url]'],
  options: {
    id: { value: 'ID', help: 'an id of your own' },
    ...scheduleOptions,
    method: { value: 'METHOD', choices: methods, help: 'POST unless given' },
    header: { value: "'NAME: VALUE'", multiple: true, help: 'sent with the call' },
    body: { value: 'BODY', help: 'sent with the call: JSON, or text' },
    timeout: { value: 'DURATION', help: 'limit on the call' },
    'max-attempts': { value: 'N', help: 'the first one included' },
    tag: { value: 'TAG', multiple: true, help: 'a label to find it by' },
    'idempotency-key': { value: 'KEY', help: 'the same when the same wish is sent again' },
  },
  examples: [
    'carillon timers create https://example.com/remind --delay 2h --body \'{"order": 17}\'',
    "carillon timers create https://example.com/report --cron '0 9 * * MON' --timezone Europe/Berlin",
    'carillon timers create --file timer.json',
  ],
  async run({ given, world, client, json }) {
    const sketch = await readSketch(given, world);
    const key = given.text('idempotency-key');
    const timer = await client.timers.create(definitionOf(given, sketch), {
      signal: world.signal,
      ...(key !== undefined && { idempotencyKey: key }),
    });
    world.out(json ? `${JSON.stringify(timer, null, 2)}\n` : `${timerText(timer)}\n`);
  },
};

export const previewTimer: Command = {
  name: 'timers preview',
  summary: 'Show when a timer is due, of one that is there or of one to be',
  positionals: ['[id]'],
  options: {
    ...scheduleOptions,
    from: { value: 'INSTANT', help: 'after this; now unless given' },
    count: { value: 'N', help: 'how many; 10 unless given' },
  },
  examples: [
    'carillon timers preview hello --count 5',
    "carillon timers preview --cron '30 2 * * *' --timezone Europe/Berlin",
  ],
  async run(task) {
    const preview = await askForPreview(task);
    task.world.out(task.json ? `${JSON.stringify(preview, null, 2)}\n` : `${previewText(preview)}\n`);
  },
};

async function askForPreview({ given, world, client }: Task) {
  const options = { from: given.text('from'), count: given.count('count'), signal: world.signal };
  const [id] = given.positionals;
  const sketch = await readSketch(given, world);
  if (id === undefined) return client.timers.preview(sketch, options);
  if (Object.keys(sketch).length > 0)
    throw new UsageError(`either the id of a timer or a schedule, not both`);
  return client.timers.upcoming(id, options);
}

function definitionOf(given: Given, sketch: TimerSketch): TimerCreation {
  const id = given.text('id') ?? sketch.id;
  const tags = given.texts('tag');
  const maxAttempts = given.count('max-attempts');
  return {
    ...sketch,
    ...(id !== undefined && { id }),
    ...(tags.length > 0 && { tags: [...tags] }),
    ...(maxAttempts !== undefined && { retries: { ...sketch.retries, maxAttempts } }),
    target: targetOf(given, sketch.target),
  };
}

function targetOf(given: Given, filed: TargetRequest | undefined): TargetRequest {
  const url = given.positionals[0] ?? filed?.url;
  if (url === undefined) throw new UsageError('the URL to call is missing');
  const method = methods.find((name) => name === given.text('method'));
  const headers = Object.fromEntries(given.texts('header').map(headerOf));
  const body = given.text('body');
  const timeout = given.text('timeout');
  return {
    ...filed,
    url,
    ...(method && { method }),
    ...(Object.keys(headers).length > 0 && { headers: { ...filed?.headers, ...headers } }),
    ...(body !== undefined && { body: jsonOrText(body) }),
    ...(timeout !== undefined && { timeout }),
  };
}

function headerOf(text: string): [string, string] {
  const colon = text.indexOf(':');
  if (colon < 1) throw new UsageError(`--header is written 'name: value', not ${JSON.stringify(text)}`);
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
