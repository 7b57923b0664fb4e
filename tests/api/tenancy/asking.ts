/** One request with a key, to its end; of a stream its beginning, and what comes while something happens. */
import type { App } from '../../../services/api/plugins/validation.js';
import type { ManualClock } from '../../support/manual-clock.js';
import { whileTimePasses } from '../passing-time.js';
import type { Probe } from './operations.js';

/** So long a stream is listened to, after all that happens meanwhile. */
const listeningMs = 1_000;

export interface Asker {
  app: App;
  clock: ManualClock;
}

export interface Asked extends Probe {
  /** Nobody, where it is left out. */
  key?: string;
  namespace?: string;
  /** Done while a stream is listened to. */
  meanwhile?: () => Promise<unknown>;
}

export interface Heard {
  status: number;
  text: string;
}

export async function ask({ app, clock }: Asker, asked: Asked): Promise<Heard> {
  const { operation, url, body, key, namespace, meanwhile } = asked;
  const sent = {
    method: operation.method as 'GET',
    url,
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(namespace !== undefined && { 'carillon-namespace': namespace }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { payload: JSON.stringify(body) }),
  };
  if (!operation.isStream) {
    const { statusCode, body: text } = await whileTimePasses(clock, app.inject(sent));
    return { status: statusCode, text };
  }
  const answer = await whileTimePasses(clock, app.inject({ ...sent, payloadAsStream: true }));
  const chunks: string[] = [];
  const stream = answer.stream().on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  await meanwhile?.();
  await clock.advance(listeningMs);
  stream.destroy();
  return { status: answer.statusCode, text: chunks.join('') };
}
