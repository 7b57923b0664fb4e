/**
 * The receiver of all callbacks, a process of its own. It counts by what it is called with (`/RUN/TIMER/DUE`, the due
 * instant in epoch milliseconds) and its own clock, never by the word of a system. Spoken to by messages: see
 * receiver-client.ts.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { CallAccount } from './call-account.js';

export type Order =
  | { what: 'begin'; answerMs: number }
  | { what: 'await'; run: number; expected: number; limitMs: number }
  | { what: 'account'; run: number; expected: number; since: number };

interface Run {
  account: CallAccount;
  answerMs: number;
  expected: number;
  complete: () => void;
}

const runs: Run[] = [];

const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const at = Date.now();
  const [, number, n, due] = request.url!.split('/');
  const run = runs[Number(number)];
  request.resume();
  if (!run) return void response.writeHead(404).end();
  if (run.account.record(Number(n), Number(due), at) >= run.expected) run.complete();
  const answer = (): void => void response.writeHead(204).end();
  if (run.answerMs > 0) setTimeout(answer, run.answerMs);
  else answer();
});

/** Answers the run's number; when all came or the limit is over; the account. */
async function obey(order: Order): Promise<unknown> {
  if (order.what === 'begin') {
    const account = new CallAccount();
    return runs.push({ account, answerMs: order.answerMs, expected: Infinity, complete: () => {} }) - 1;
  }
  const run = runs[order.run]!;
  if (order.what === 'account') return run.account.summary(order.expected, order.since);
  if (run.account.summary(order.expected).missing <= 0) return null;
  run.expected = order.expected;
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, order.limitMs, null);
    run.complete = () => (clearTimeout(limit), resolve(null));
  });
}

process.on('message', ({ id, order }: { id: number; order: Order }) => {
  void obey(order).then((answer) => process.send!({ id, answer }));
});
// A Ctrl-C is for the bench, which ends its processes in order.
for (const wish of ['SIGINT', 'SIGTERM']) process.on(wish, () => {});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
