/** What is asked of the API, and how a call of it ends. */

export interface Request {
  method: string;
  /** Beginning with a slash, its parts encoded. */
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  headers?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  body?: unknown;
}

export interface CallOptions {
  /** Ends the call, its waits included. */
  signal?: AbortSignal | undefined;
  /** Whether it may be sent again after an uncertain end; else the method and the headers decide. */
  repeatable?: boolean | undefined;
}

/**
 * Resolves with the body of a success. Rejects with a `ProblemError` (refused), an `UnreachableError` (no answer), or the
 * reason of the signal.
 */
export type Send = <Answer>(request: Request, options?: CallOptions) => Promise<Answer>;
