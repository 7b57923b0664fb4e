/**
 * The whole run: a server of its own on a SQLite file, requests from the document it serves, a judgement of each answer, and
 * at the end a look at whether the server is still well. Callbacks reach a receiver of this process and nothing else.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { once, setMaxListeners } from 'node:events';
import { freePort } from '../../deploy/local/free-port.js';
import { startEmbedded, type Embedded } from '../support/embedded.js';
import { operationsOf, type OpenApi } from '../support/openapi/document.js';
import { Chance } from './chance.js';
import { bytesComplaints, hostilities, sendBytes, statusOfBytes } from './hostility.js';
import { judgeBy } from './judgement.js';
import { Ids, readBack } from './memory.js';
import { requestOf, type Plan } from './request.js';
import { openLine, type Line } from './sending.js';
import { Tally } from './tally.js';

export interface FuzzOptions {
  seed: number;
  requests: number;
  /** This request alone. */
  only?: number;
  inFlight?: number;
  deadlineMs?: number;
}

export interface FuzzRun {
  tally: Tally;
  residentBytes: number;
  seconds: number;
}

const key = 'a-key-for-the-fuzz-run';
/** One request in so many is no HTTP, or to no operation. */
const hostileEvery = 25;
const unfinishedRequests = 20;

export async function fuzz({
  seed,
  requests,
  only,
  inFlight = 40,
  deadlineMs = 90_000,
}: FuzzOptions): Promise<FuzzRun> {
  const receiver = http.createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const adminPort = await freePort();
  const server = await startEmbedded({
    CARILLON_API_KEYS: key,
    CARILLON_ADMIN_PORT: String(adminPort),
    CARILLON_LOG_LEVEL: 'warn',
  });
  const line = openLine(server.url, { inFlight, deadlineMs });
  const begun = performance.now();
  try {
    const document = JSON.parse(await textOf(`${server.url}/openapi.json`)) as OpenApi;
    const callbackUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    const ids = new Ids();
    const plan: Plan = {
      ...{ seed, operations: operationsOf(document), key, ids: ids.known },
      around: { schemas: document.components.schemas, callbackUrl },
    };
    const tally = new Tally();
    const unfinished = leaveUnfinished(server);
    const indexes = only === undefined ? Array.from({ length: requests }, (_none, i) => i) : [only];
    const step = stepper({ plan, line, server, ids, tally, judge: judgeBy(document).judge });
    await inParallel(indexes, inFlight, step);
    await lookAfter(server, tally);
    unfinished.abort();
    const metrics = await textOf(`http://127.0.0.1:${adminPort}/metrics`);
    const residentBytes = Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]);
    return { tally, residentBytes, seconds: (performance.now() - begun) / 1_000 };
  } finally {
    line.close();
    await server.stop();
    receiver.closeAllConnections();
    receiver.close();
  }
}

interface Steps {
  plan: Plan;
  line: Line;
  server: Embedded;
  ids: Ids;
  tally: Tally;
  judge: ReturnType<typeof judgeBy>['judge'];
}

function stepper({ plan, line, server, ids, tally, judge }: Steps): (index: number) => Promise<void> {
  return async (index) => {
    if (index % hostileEvery === 0) {
      const chance = new Chance(plan.seed, index);
      const { name, mustRefuse = false, bytes } = chance.pick(hostilities);
      const sent = bytes(chance, plan.key);
      const back = await sendBytes(server.url, sent);
      tally.count(`(${name})`, statusOfBytes(back));
      for (const complaint of bytesComplaints(back, mustRefuse))
        tally.find(name, complaint, { index, request: sent.join('').slice(0, 200) });
      return;
    }
    const request = requestOf(plan, index);
    const answer = await line.send(request);
    const { operation, change } = request;
    tally.count(operation.id, 'failure' in answer ? 0 : answer.status);
    const complaints = judge(request, answer);
    if (!('failure' in answer)) {
      ids.learn(operation.path, answer);
      if (complaints.length === 0) complaints.push(...(await readBack(line, request, answer)));
    }
    const body = request.body?.toString().slice(0, 600) ?? '';
    const text = 'failure' in answer ? answer.failure : answer.text.slice(0, 300);
    const shown = `${request.method} ${request.target.slice(0, 300)} ${JSON.stringify(request.headers).slice(0, 300)} ${body} → ${text}`;
    for (const complaint of complaints)
      tally.find(`${operation.id}, ${change}`, complaint, { index, request: shown });
  };
}

/** Requests that never end lie there while all others are answered. */
function leaveUnfinished(server: Embedded): AbortController {
  const controller = new AbortController();
  setMaxListeners(unfinishedRequests, controller.signal);
  const halves = hostilities.filter(({ name }) => name.startsWith('half'));
  for (let i = 0; i < unfinishedRequests; i++)
    void sendBytes(server.url, halves[i % halves.length]!.bytes(new Chance(0, i), key), controller.signal);
  return controller;
}

/** It still answers, and is ready. */
async function lookAfter({ url }: Embedded, tally: Tally): Promise<void> {
  for (const path of ['/health/live', '/health/ready', '/docs']) {
    const answer = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(30_000) }).catch(
      (error: unknown) => String(error),
    );
    const status = typeof answer === 'string' ? 0 : answer.status;
    if (status !== 200) tally.find('afterwards', `${path} answers ${status}`, { index: -1, request: path });
  }
}

async function textOf(url: string): Promise<string> {
  return (await fetch(url, { signal: AbortSignal.timeout(60_000) })).text();
}

async function inParallel(
  indexes: readonly number[],
  width: number,
  step: (index: number) => Promise<void>,
): Promise<void> {
  const rest = indexes.values();
  const work = async (): Promise<void> => {
    for (const index of rest) await step(index);
  };
  await Promise.all(Array.from({ length: width }, work));
}
