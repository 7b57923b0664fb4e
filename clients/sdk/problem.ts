/** What goes wrong, as errors that a program can decide by. */
import type { Problem } from './generated.js';

/** The API refused; decide by `code` (docs/errors.md explains each), or by `status`. */
export class ProblemError extends Error {
  readonly code: string;
  readonly status: number;
  /** What happened this time, and what to do. */
  readonly detail: string;
  /** Each field that is wrong; empty unless the request was. */
  readonly errors: NonNullable<Problem['errors']>;
  /** The request id, as in the logs of the API. */
  readonly instance: string;

  constructor({ code, status, title, detail, instance, errors = [] }: Omit<Problem, 'type'>) {
    super(`${title}: ${detail}`);
    this.name = 'ProblemError';
    this.code = code;
    this.status = status;
    this.detail = detail;
    this.errors = errors;
    this.instance = instance;
  }
}

/** No answer came: nobody listens there, the connection broke, or it took too long. `cause` is what `fetch` said. */
export class UnreachableError extends Error {
  readonly code = 'unreachable';
  readonly url: string;

  constructor(url: string, cause: unknown) {
    super(`no answer from ${url}: ${reasonOf(cause)}`, { cause });
    this.name = 'UnreachableError';
    this.url = url;
  }
}

/** `fetch` says only "fetch failed" and keeps the reason one level deeper. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const inner: unknown = cause instanceof AggregateError && !cause.message ? cause.errors[0] : cause;
  return inner instanceof Error && inner.message ? inner.message : error.message;
}

/** The error of an answer that is no success; what is not ours (a proxy's page, another server) gets a code of its own. */
export async function problemOf(answer: Response): Promise<ProblemError> {
  const text = await answer.text();
  const document = parse(text);
  if (document) return new ProblemError(document);
  return new ProblemError({
    code: 'unexpected-answer',
    status: answer.status,
    title: 'This is not an answer of Carillon',
    detail: `${answer.url} answered ${answer.status}: ${text.slice(0, 200) || 'nothing'}`,
    instance: answer.headers.get('x-request-id') ?? '',
  });
}

function parse(text: string): Problem | null {
  try {
    const document = JSON.parse(text) as Partial<Problem> | null;
    return document && typeof document.code === 'string' && typeof document.status === 'number'
      ? (document as Problem)
      : null;
  } catch {
    return null;
  }
}
