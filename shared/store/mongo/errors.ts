/**
 * The only place that knows what the driver throws. Everything else asks the questions below, or lets an error pass to
 * the door (mongo-store.ts), where `translate` makes a `CarillonError` of it.
 */
import {
  MongoBulkWriteError,
  MongoError,
  MongoErrorLabel,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoWriteConcernError,
} from 'mongodb';
import { CarillonError, type ErrorCode } from '../../base/errors.js';

const duplicateKey = 11000;
const maxTimeExpired = 50;
const interrupted = 11601;

/** Codes of refused credentials or rights: UserNotFound, Unauthorized, AuthenticationFailed, AtlasError. */
const refusedCodes = new Set<unknown>([11, 13, 18, 8000]);

/**
 * Codes of a server that is going, coming, stepping down, out of reach of a majority or of room. See error_codes.yml of
 * the server: HostUnreachable 6, HostNotFound 7, WriteConcernFailed 64, NetworkTimeout 89, ShutdownInProgress 91,
 * PrimarySteppedDown 189, ExceededTimeLimit 262, SocketException 9001, NotWritablePrimary 10107, Interrupted… 11600,
 * 11601 and 11602, NotPrimaryNoSecondaryOk 13435, NotPrimaryOrSecondary 13436, OutOfDiskSpace 14031.
 */
const awayCodes = new Set<unknown>([
  6,
  7,
  64,
  89,
  91,
  189,
  262,
  9001,
  10107,
  11600,
  interrupted,
  11602,
  13435,
  13436,
  14031,
]);

/** Codes that end a transaction without anything being wrong: LockTimeout, WriteConflict, SnapshotUnavailable, NoSuchTransaction, Interrupted. */
const conflictCodes = new Set<unknown>([24, 112, 246, 251, interrupted]);

const awayKinds = [
  MongoNetworkError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoNotConnectedError,
  MongoWriteConcernError,
];

/** Errors of the connection pool, which the driver does not export. */
const awayNames = new Set(['MongoWaitQueueTimeoutError', 'MongoPoolClosedError']);

const awayLabels = [
  MongoErrorLabel.RetryableWriteError,
  MongoErrorLabel.TransientTransactionError,
  MongoErrorLabel.UnknownTransactionCommitResult,
  MongoErrorLabel.SystemOverloadedError,
];

/** Anything the driver throws as a `CarillonError`; everything else as it is. */
export function translate(thrown: unknown): unknown {
  const error = rootOf(thrown);
  if (!isOfDriver(error)) return thrown;
  const code = errorCodeOf(error);
  const message =
    code === 'deadline-exceeded' ? 'the query took too long; narrow it' : `MongoDB: ${error.message}`;
  return new CarillonError(code, message, { cause: thrown });
}

/** BSON errors, and those of a name that cannot be resolved, have no common class with the others. */
function isOfDriver(error: unknown): error is Error {
  if (error instanceof MongoError) return true;
  return error instanceof Error && (error.name.startsWith('BSON') || 'syscall' in error);
}

function errorCodeOf(error: Error): ErrorCode {
  if (isAway(error) || 'syscall' in error) return 'store-unavailable';
  if (isTimeLimit(error)) return 'deadline-exceeded';
  return isRefused(error) ? 'invalid-configuration' : 'internal';
}

/** True when the answer is not known, or the server cannot be reached: a write may or may not have happened. */
export function isAway(thrown: unknown): boolean {
  const error = rootOf(thrown);
  if (error instanceof CarillonError) return error.code === 'store-unavailable';
  if (!(error instanceof MongoError)) return false;
  return (
    awayKinds.some((kind) => error instanceof kind) ||
    awayNames.has(error.name) ||
    awayCodes.has(error.code) ||
    awayLabels.some((label) => error.hasErrorLabel(label)) ||
    (error instanceof MongoBulkWriteError && error.result.getWriteConcernError() !== undefined)
  );
}

/** True when a transaction met another one and has no effect. */
export function isConflict(thrown: unknown): boolean {
  const error = rootOf(thrown);
  if (!(error instanceof MongoServerError) || isUnknownCommit(error)) return false;
  return conflictCodes.has(error.code) || error.code === duplicateKey;
}

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === duplicateKey;
}

/** True when nobody knows whether the transaction was committed: ask again. */
export function isUnknownCommit(error: unknown): boolean {
  return error instanceof MongoError && error.hasErrorLabel(MongoErrorLabel.UnknownTransactionCommitResult);
}

/** True when this user may not do it. */
export function isRefused(error: unknown): boolean {
  return error instanceof MongoServerError && refusedCodes.has(error.code);
}

/** True when somebody ended the operation or its session on the server. */
export function isInterrupted(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === interrupted;
}

/** True when the server's own time limit ended the call. */
export function isTimeLimit(thrown: unknown): boolean {
  const error = rootOf(thrown);
  return error instanceof MongoServerError && error.code === maxTimeExpired;
}

/** Which documents of an unordered insert were there already; null when it failed for another reason. */
export function duplicatesOf(error: unknown): Set<number> | null {
  if (!(error instanceof MongoBulkWriteError) || error.result.getWriteConcernError()) return null;
  const failures = [error.writeErrors].flat();
  if (failures.length === 0 || failures.some((failure) => failure.code !== duplicateKey)) return null;
  return new Set(failures.map((failure) => failure.index));
}

/** A bulk write wraps whatever ended it, a lost connection too, in an error of its own. */
function rootOf(error: unknown): unknown {
  if (!(error instanceof MongoBulkWriteError)) return error;
  const wrapped: unknown = error.errorResponse;
  return wrapped instanceof MongoError ? wrapped : error;
}
