/**
 * The target of all calls, and the client that workers are given in place of the real one. It answers well, badly, late,
 * or not at all, as chance has it; what it was sent counts, not what became of the answer.
 */
import type { Clock } from '../../shared/base/clock.js';
import type { CallRequest, CallResult, HttpClient } from '../../services/worker/delivery/http-client.js';
import type { Life } from './machine.js';

export interface Sent {
  executionId: string;
  attempt: number;
  by: Life;
  /** Of the worker's clock at the moment of sending. */
  sentAt: number;
  /** True once its worker has the answer or has given it up. */
  over: boolean;
}

interface Underway {
  life: Life;
  clock: Clock;
  request: CallRequest;
  isOpen(): boolean;
  end(result: CallResult | 'held-back' | 'abandoned'): void;
}

type Manner = 'well' | 'badly' | 'late' | 'never' | 'torn';

const manners: readonly Manner[] = [
  'well',
  'well',
  'well',
  'well',
  'well',
  'well',
  'badly',
  'late',
  'never',
  'torn',
];

export class Receiver {
  /** Told of each request that leaves. */
  onSent: (sent: Sent) => void = () => undefined;

  /** The HTTP client of one worker. */
  clientOf(life: Life, clock: Clock): HttpClient {
    const underway = new Set<Underway>();
    return {
      call: (request) =>
        new Promise((resolve) => {
          const call: Underway = {
            ...{ life, clock, request },
            isOpen: () => underway.has(call),
            end: (result) => (underway.delete(call), resolve(result)),
          };
          underway.add(call);
          this.#connect(call);
        }),
      close: async () => {
        for (const call of underway) call.end('abandoned');
      },
    };
  }

  /** The time limit holds from here on, whatever the connection takes. */
  #connect(call: Underway): void {
    const { life, clock, request } = call;
    const { world } = life;
    const limit = clock.after(request.timeoutMs, () => call.end(failed(null, 'timeout')));
    const takesMs = world.chance(0.1) ? world.between(200, 5_000) : world.between(1, 30);
    life.after(takesMs, () => {
      if (!call.isOpen()) return;
      limit();
      if (request.signal?.aborted) return call.end(failed(null, 'aborted'));
      if (!request.mayLeave()) return call.end('held-back');
      this.#send(call);
    });
  }

  #send(call: Underway): void {
    const { life, clock, request } = call;
    const { world } = life;
    const sentAt = clock.now();
    const { 'webhook-id': executionId = '', 'timer-attempt': attempt } = request.headers;
    const sent: Sent = { executionId, attempt: Number(attempt), by: life, sentAt, over: false };
    this.onSent(sent);
    const finish = (result: CallResult): void => {
      sent.over = true;
      cancel();
      call.end(result);
    };
    const cancel = clock.after(request.timeoutMs, () => finish(failed(sentAt, 'timeout')));
    request.signal?.addEventListener('abort', () => finish(failed(sentAt, 'aborted')), { once: true });
    const manner = world.pick(manners);
    const takesMs = manner === 'late' ? world.between(500, 2_500) : world.between(2, 60);
    world.tell(`${life.name} calls ${executionId}#${sent.attempt}; it answers ${manner}`);
    if (manner !== 'never')
      world.after(takesMs, () => life.hear(() => finish(answered(manner, sentAt, clock.now()))));
  }
}

function answered(manner: Manner, sentAt: number, now: number): CallResult {
  if (manner === 'torn') return failed(sentAt, 'connection-reset');
  const status = manner === 'badly' ? 500 : 200;
  return {
    sentAt,
    firstByteAt: now,
    status,
    response: { headers: {}, body: '', truncated: false },
    failure: null,
  };
}

function failed(sentAt: number | null, code: 'aborted' | 'timeout' | 'connection-reset'): CallResult {
  return { sentAt, firstByteAt: null, status: null, response: null, failure: { code, message: code } };
}
