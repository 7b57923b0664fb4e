/** Sends a request as it is, well-formed HTTP whatever it says, and waits for the whole answer, at most so long. */
import http from 'node:http';
import type { FuzzRequest } from './request.js';

export interface Answered {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** What came instead of an answer. */
export interface Unanswered {
  failure: string;
}

export interface Line {
  send(request: Pick<FuzzRequest, 'method' | 'target' | 'headers' | 'body'>): Promise<Answered | Unanswered>;
  close(): void;
}

export function openLine(
  url: string,
  { inFlight, deadlineMs }: { inFlight: number; deadlineMs: number },
): Line {
  const agent = new http.Agent({ keepAlive: true, maxSockets: inFlight });
  const { hostname, port } = new URL(url);
  return {
    send({ method, target, headers, body }) {
      return new Promise((resolve) => {
        const signal = AbortSignal.timeout(deadlineMs);
        const fail = (error: Error): void =>
          resolve({ failure: signal.aborted ? `no answer within ${deadlineMs} ms` : error.message });
        const length = body ? { 'content-length': String(body.length) } : {};
        const options = {
          agent,
          hostname,
          port,
          method,
          path: target,
          headers: { ...headers, ...length },
          signal,
        };
        const request = http.request(options, (response) => read(response, resolve, fail));
        request.on('error', fail);
        request.end(body ?? undefined);
      });
    },
    close: () => agent.destroy(),
  };
}

function read(
  response: http.IncomingMessage,
  resolve: (answer: Answered) => void,
  fail: (error: Error) => void,
): void {
  const { statusCode: status = 0, headers } = response;
  const chunks: Buffer[] = [];
  const done = (): void => resolve({ status, headers, text: Buffer.concat(chunks).toString() });
  // It goes on for ever: that it began is all there is to see.
  if (headers['content-type']?.startsWith('text/event-stream')) {
    done();
    response.destroy();
    return;
  }
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('end', done);
  response.on('error', fail);
}
