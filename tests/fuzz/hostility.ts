/** What is no request to an operation, or not even HTTP: bytes for the socket, and what may come back. */
import net from 'node:net';
import type { Chance } from './chance.js';

export interface Hostility {
  name: string;
  /** HTTP itself forbids it: nothing of it may be done. */
  mustRefuse?: boolean;
  bytes(chance: Chance, key: string): (Buffer | string)[];
}

const head = (line: string, key: string, headers: readonly string[] = []): string =>
  [line, 'host: fuzz', `authorization: Bearer ${key}`, ...headers, '', ''].join('\r\n');
const json = 'content-type: application/json';

const paths = [
  ...[
    '/v1/timers/..%2f..%2fetc%2fpasswd',
    '/../../etc/passwd',
    '//v1//timers',
    '/v1/timers/%00',
    '/v1/timers/%ff',
    '/v1/timers/%',
  ],
  ...[
    '/V1/TIMERS',
    '/v1/timers/',
    '/v1/timers/a/b/c',
    '/v1/timers;x=1',
    '/v1/timers:nothing',
    '/v1/timers::batch',
    '/v1/timersbatch',
  ],
  ...[
    `/v1/timers/${'x'.repeat(600)}`,
    `/v1/timers/${'%41'.repeat(200)}`,
    '/v1/executions/__proto__',
    '/constructor',
    '/docs/../openapi.json',
  ],
  ...[
    'http://elsewhere.invalid/v1/timers',
    '*',
    '/?',
    '/v1/timers?',
    '/v1/timers?&&&===',
    '/v1/timers?limit',
    '/v1/timers#x',
    '/internal/self',
  ],
];
const methods = ['GET', 'POST', 'get', 'BREW', 'CONNECT', 'OPTIONS', 'TRACE', 'PRI', 'M-SEARCH', 'DELETE'];

export const hostilities: readonly Hostility[] = [
  {
    name: 'path',
    bytes: (chance, key) => [head(`${chance.pick(methods)} ${chance.pick(paths)} HTTP/1.1`, key)],
  },
  {
    name: 'raw path',
    bytes: (chance, key) => [
      head(`GET /v1/timers/${chance.pick(['\u0000', 'ä', ' ', '\u007f', '<>'])} HTTP/1.1`, key),
    ],
  },
  {
    name: 'version',
    bytes: (chance, key) => [
      head(
        `GET /v1/timers ${chance.pick(['HTTP/0.9', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9', 'HTTPS/1.1', ''])}`,
        key,
      ),
    ],
  },
  { name: 'no host', mustRefuse: true, bytes: () => ['GET /v1/timers HTTP/1.1\r\n\r\n'] },
  {
    name: 'two hosts',
    mustRefuse: true,
    bytes: (_chance, key) => [head('GET /v1/timers HTTP/1.1', key, ['host: other'])],
  },
  {
    name: 'header bytes',
    mustRefuse: true,
    bytes: (chance, key) => [
      head('GET /v1/timers HTTP/1.1', key, [
        chance.pick(['x: a\u0000b', ': empty', 'x y: z', 'x\u0001: y', ' folded', 'x: a\n b']),
      ]),
    ],
  },
  {
    name: 'many headers',
    bytes: (_chance, key) => [
      head(
        'GET /v1/timers HTTP/1.1',
        key,
        Array.from({ length: 1_900 }, (_none, i) => `x-${i}: 1`),
      ),
    ],
  },
  {
    name: 'large header',
    mustRefuse: true,
    bytes: (_chance, key) => [head('GET /v1/timers HTTP/1.1', key, [`x: ${'x'.repeat(20_000)}`])],
  },
  {
    name: 'long path',
    bytes: (_chance, key) => [head(`GET /v1/timers/${'x'.repeat(20_000)} HTTP/1.1`, key)],
  },
  {
    name: 'length',
    bytes: (chance, key) => [
      head('POST /v1/timers HTTP/1.1', key, [
        json,
        `content-length: ${chance.pick(['-1', '1e3', 'x', '99999999999999999999', '2, 3', ' '])}`,
      ]),
      '{}',
    ],
  },
  {
    name: 'two lengths',
    mustRefuse: true,
    bytes: (_chance, key) => [
      head('POST /v1/timers HTTP/1.1', key, [json, 'content-length: 2', 'content-length: 3']),
      '{}x',
    ],
  },
  {
    name: 'length and chunks',
    mustRefuse: true,
    bytes: (_chance, key) => [
      head('POST /v1/timers HTTP/1.1', key, [json, 'content-length: 2', 'transfer-encoding: chunked']),
      '2\r\n{}\r\n0\r\n\r\n',
    ],
  },
  {
    name: 'announced too large',
    bytes: (_chance, key) => [
      head('POST /v1/timers HTTP/1.1', key, [json, 'content-length: 4000000000']),
      '{',
    ],
  },
  {
    name: 'chunks',
    bytes: (chance, key) => [
      head('POST /v1/timers HTTP/1.1', key, [
        json,
        `transfer-encoding: ${chance.pick(['chunked', 'chunked, chunked', 'gzip, chunked', 'identity', 'xchunked'])}`,
      ]),
      chance.pick([
        'zz\r\n{}\r\n0\r\n\r\n',
        '-1\r\n{}\r\n',
        'ffffffffffffffff1\r\n{}',
        '2;x=y\r\n{}\r\n0\r\n\r\n',
        '2\r\n{}x',
        '2\n{}\n0\n\n',
        '0\r\nx: y\r\n\r\n',
      ]),
    ],
  },
  { name: 'pipelined', bytes: (_chance, key) => [head('GET /v1/cluster HTTP/1.1', key).repeat(20)] },
  {
    name: 'upgrade',
    bytes: (chance, key) => [
      head('GET /v1/timers HTTP/1.1', key, [
        'connection: upgrade',
        `upgrade: ${chance.pick(['websocket', 'h2c'])}`,
      ]),
    ],
  },
  {
    name: 'expectation',
    bytes: (chance, key) => [
      head('POST /v1/timers HTTP/1.1', key, [
        json,
        'content-length: 2',
        `expect: ${chance.pick(['100-continue', '200-ok'])}`,
      ]),
      '{}',
    ],
  },
  {
    name: 'noise',
    mustRefuse: true,
    bytes: (chance) => [Buffer.from(Array.from({ length: 1 + chance.below(200) }, () => chance.below(256)))],
  },
  { name: 'tls', mustRefuse: true, bytes: () => [Buffer.from([0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3])] },
  { name: 'half a head', bytes: (_chance, key) => [head('GET /v1/timers HTTP/1.1', key).slice(0, 40)] },
  {
    name: 'half a body',
    bytes: (_chance, key) => [
      head('POST /v1/timers HTTP/1.1', key, [json, 'content-length: 100']),
      '{"delay":',
    ],
  },
];

/** How long an unfinished request is let lie before it is dropped; a finished one is answered long before. */
const patienceMs = 1_500;

/** Sends the bytes; resolves with what came back until the other side closed, or fell silent. Never rejects. */
export function sendBytes(
  url: string,
  parts: readonly (Buffer | string)[],
  signal?: AbortSignal,
): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = net.connect({ host: hostname, port: Number(port) });
    const chunks: Buffer[] = [];
    const end = (): void => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString('latin1'));
    };
    if (signal) signal.addEventListener('abort', end, { once: true });
    else socket.setTimeout(patienceMs, end);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      // One answer is enough; a connection that is kept open would be waited for in vain.
      if (!signal && /\r\n\r\n[^]+\}$/.test(chunk.toString('latin1'))) end();
    });
    socket.on('close', end);
    socket.on('error', end);
    for (const part of parts) socket.write(part);
  });
}

/** What is wrong with what came back: nothing may, or answers of which those that refuse are problem documents. */
export function bytesComplaints(back: string, mustRefuse = false): string[] {
  return [...back.matchAll(/^HTTP\/1\.1 (\d{3}) [^\r]*\r\n((?:[^\r]+\r\n)*)/gm)].flatMap(
    ([, status, headers]) => {
      if (Number(status) >= 500 && status !== '503') return [`answered ${status}`];
      if (mustRefuse && Number(status) < 400) return [`accepted with ${status}`];
      const isProblem = /^content-type: application\/problem\+json/im.test(headers!);
      return Number(status) >= 400 && !isProblem ? [`${status} is no problem document`] : [];
    },
  );
}

/** The statuses that came back; 0 where there was no answer. */
export function statusOfBytes(back: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(back)?.[1] ?? 0);
}
