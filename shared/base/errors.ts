/**
 * The one taxonomy of errors. Adapters translate what their driver throws at their door; callers decide by `code` and
 * `retryable`, never by message. Expected results (lost a race, not found) are values, not errors.
 */
export const errorCodes = [
  'store-unavailable',
  'queue-unavailable',
  'coordination-unavailable',
  'peer-unavailable',
  'peer-refused',
  'deadline-exceeded',
  'invalid-configuration',
  'incompatible-store',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export class CarillonError extends Error {
  readonly code: ErrorCode;
  /** True when the same call may succeed later, unchanged. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CarillonError';
    this.code = code;
    this.retryable = options.retryable ?? code.endsWith('-unavailable');
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && !error.message) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
