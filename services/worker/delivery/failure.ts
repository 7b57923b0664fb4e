/**
 * What went wrong with a call, as one of the closed set of codes and a sentence that tells the timer's owner what to do.
 * Pure: it reads errors of the driver by their `code` and knows nothing else of them.
 */
import { STATUS_CODES } from 'node:http';
import type { AttemptErrorCode } from '../../../shared/timers/outcome.js';

export interface Failure {
  code: AttemptErrorCode;
  message: string;
}

/** A failure that we found ourselves, thrown through the driver. */
export class CallError extends Error {
  readonly failure: AttemptErrorCode;

  constructor(failure: AttemptErrorCode, message: string) {
    super(message);
    this.name = 'CallError';
    this.failure = failure;
  }
}

/** How far the call had come. */
export type Phase = 'connecting' | 'waiting' | 'reading';

export interface FailureContext {
  /** Host and port as in the URL. */
  host: string;
  phase: Phase;
}

const tlsCodes =
  /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|EPROTO$|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA$|HOSTNAME_MISMATCH$)/;

const codesOf: Record<string, AttemptErrorCode> = {
  ENOTFOUND: 'dns-failure',
  ENODATA: 'dns-failure',
  ECONNREFUSED: 'connection-refused',
  ECONNRESET: 'connection-reset',
  ECONNABORTED: 'connection-reset',
  EPIPE: 'connection-reset',
  UND_ERR_SOCKET: 'connection-reset',
  EHOSTUNREACH: 'host-unreachable',
  EHOSTDOWN: 'host-unreachable',
  ENETUNREACH: 'host-unreachable',
  ENETDOWN: 'host-unreachable',
  EADDRNOTAVAIL: 'host-unreachable',
  ETIMEDOUT: 'host-unreachable',
  UND_ERR_CONNECT_TIMEOUT: 'host-unreachable',
  UND_ERR_HEADERS_OVERFLOW: 'invalid-response',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'invalid-response',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'response-too-large',
  UND_ERR_INVALID_ARG: 'invalid-request',
  UND_ERR_NOT_SUPPORTED: 'invalid-request',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'invalid-request',
  ERR_INVALID_URL: 'invalid-request',
};

/** Classifies anything that a call threw. */
export function failureOf(error: unknown, context: FailureContext): Failure {
  const cause = firstOf(error);
  if (cause instanceof CallError) return { code: cause.failure, message: cause.message };
  const detail = detailOf(cause);
  const code = codeOf(cause, detail);
  return { code, message: sentence(code, detail, context) };
}

/** Several addresses of one host were tried: the first failure stands for all. */
function firstOf(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? firstOf(error.errors[0]) : error;
}

function codeOf(error: unknown, detail: string): AttemptErrorCode {
  // undici's parser errors do not always bear a code.
  if (error instanceof Error && error.name === 'HTTPParserError') return 'invalid-response';
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return 'network';
  if (code === 'UND_ERR_SOCKET' && /^bad (response|upgrade)/.test(detail)) return 'invalid-response';
  if (code.startsWith('EAI_')) return 'dns-failure';
  return codesOf[code] ?? (tlsCodes.test(code) ? 'tls-failure' : 'network');
}

function detailOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]!.slice(0, 300).replace(/\.$/, '');
}

function sentence(code: AttemptErrorCode, detail: string, { host, phase }: FailureContext): string {
  switch (code) {
    case 'dns-failure':
      return `The name of ${host} could not be resolved (${detail}); check the host in target.url.`;
    case 'connection-refused':
      return `${host} refused the connection; check that the service runs and that target.url has its port.`;
    case 'host-unreachable':
      return `No connection to ${host} could be made (${detail}); check its address, its firewall and the network.`;
    case 'tls-failure':
      return `No secure connection to ${host} could be made (${detail}); check its certificate, or whether it speaks TLS at all.`;
    case 'connection-reset':
      return `${host} broke the connection ${stage(phase)} (${detail}); check the service's log at this time.`;
    case 'invalid-response':
      return `What ${host} answered is not valid HTTP (${detail}); check that target.url names an HTTP service.`;
    case 'invalid-request':
      return `The request cannot be sent as it is defined (${detail}); correct target.url, target.method or target.headers.`;
    default:
      return `The call to ${host} failed ${stage(phase)} (${detail}).`;
  }
}

function stage(phase: Phase): string {
  if (phase === 'connecting') return 'before the request was sent';
  return phase === 'waiting' ? 'before it answered' : 'in the middle of its answer';
}

/** The failure of a call that was ended because a newer execution of its timer takes its place. */
export function abortedCall(): CallError {
  return new CallError('aborted', 'A newer execution of this timer took its place (overlap cancelOther).');
}

/** The time limit of a call, by what it was spent on. */
export function timedOut(timeoutMs: number, { host, phase }: FailureContext): CallError {
  const what = {
    connecting: `${host} did not accept a connection`,
    waiting: `${host} took the request and did not answer`,
    reading: `${host} did not finish its answer`,
  }[phase];
  return new CallError(
    'timeout',
    `${what} within ${timeoutMs} ms; make it answer sooner or raise target.timeout.`,
  );
}

/** An answer that is not 2xx. */
export function statusFailure(status: number, location: string | undefined): Failure {
  const text = `The target answered ${status}${STATUS_CODES[status] ? ` ${STATUS_CODES[status]}` : ''}`;
  return { code: 'status', message: `${text}; ${adviceFor(status, location)}.` };
}

function adviceFor(status: number, location: string | undefined): string {
  if (status < 400)
    return `redirects are never followed, set target.url to the final address${location ? ` (${location})` : ''}`;
  if (status === 401 || status === 403) return 'check the credentials in target.headers';
  if (status === 404 || status === 405) return 'check target.url and target.method';
  if (status === 410) return 'it asks not to be called again';
  if (status === 429) return 'it asks for fewer calls';
  if (status < 500) return 'it does not accept this request, see its response';
  return 'it failed on its side, see its response and its log';
}
