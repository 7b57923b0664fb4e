/**
 * The only place that knows what the driver throws. Everything else asks the questions below, or lets an error pass to
 * the door (mongo-store.ts), where `translate` makes a `CarillonError` of it.
 */
import {
  MongoBulkWriteError,
  MongoClientClosedError,
  MongoError,
  MongoErrorLabel,
  MongoExpiredSessionError,
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

/** Refused credentials or rights. Numbers and names here are those of the server's error_codes.yml. */
const refusedCodes = codes({
  UserNotFound: 11,
  Unauthorized: 13,
  AuthenticationFailed: 18,
  AtlasError: 8000,
});

/** The server is going, coming, stepping down, out of reach of a majority, or full. */
const awayCodes = codes({
  HostUnreachable: 6,
  HostNotFound: 7,
  WriteConcernFailed: 64,
  NetworkTimeout: 89,
  ShutdownInProgress: 91,
  PrimarySteppedDown: 189,
  ExceededTimeLimit: 262,
  SocketException: 9001,
  NotWritablePrimary: 10107,
  InterruptedAtShutdown: 11600,
  Interrupted: interrupted,
  InterruptedDueToReplStateChange: 11602,
  NotPrimaryNoSecondaryOk: 13435,
  NotPrimaryOrSecondary: 13436,
  OutOfDiskSpace: 14031,
});

/** What ends a transaction without anything being wrong. */
const conflictCodes = codes({
  LockTimeout: 24,
  WriteConflict: 112,
  SnapshotUnavailable: 246,
  NoSuchTransaction: 251,
  Interrupted: interrupted,
});

const awayKinds = [
  MongoNetworkError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoNotConnectedError,
  MongoWriteConcernError,
  MongoClientClosedError,
  MongoExpiredSessionError,
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

function codes(named: Record<string, number>): Set<unknown> {
  return new Set(Object.values(named));
}
