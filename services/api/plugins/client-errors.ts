/** What Node's HTTP parser refuses before there is a request is a problem document too. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ProblemCode } from '../schemas/problem-codes.js';
import { mediaType } from '../schemas/problem.js';
import { Problem } from './problems.js';

const clientProblems: Record<string, [ProblemCode, string]> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'send fewer or shorter headers'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'send the whole request without pausing'],
};

/** For Fastify's `clientErrorHandler`: answers, and ends the connection. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const problem = new Problem(
    ...(clientProblems[error.code ?? ''] ?? (['malformed-request', 'it does not follow HTTP/1.1'] as const)),
  );
  const body = JSON.stringify(problem.document(''));
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\ncontent-type: ${mediaType}\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  socket.destroy(error);
}
