/**
 * Calls between our own processes: one asks another at its admin port and waits for the answer. Both sides hold what
 * arrives to the procedure's schemas, both know the cluster's secret, and no call lasts longer than it was given.
 * It promises nothing else: a call that fails may have been carried out, so a procedure must bear being repeated.
 */
import type { Static, TSchema } from 'typebox';

/** One kind of call: what is asked, and what is answered. */
export interface Procedure<Request extends TSchema = TSchema, Reply extends TSchema = TSchema> {
  /** Part of the address: kebab-case. */
  name: string;
  request: Request;
  reply: Reply;
}

export interface Call<Request> {
  /** Name of the process that is meant. */
  to: string;
  /** Base address of the other's admin port. */
  url: string;
  request: Request;
  /** Limit for each try. */
  deadlineMs: number;
  /** How often it is tried at most, with growing waits between; 1 unless told. */
  tries?: number;
}

/** Answers a call; a rejection reaches the caller as `peer-unavailable`, to be tried again. */
export type Handler<Request, Reply> = (request: Request) => Reply | Promise<Reply>;

export interface Rpc {
  /**
   * Asks once, or `tries` times. Rejects with `peer-unavailable` when nobody answered in time, does not serve this yet, or
   * failed to; with `peer-refused` (not retryable) when the secret or the request is wrong, or the answer not understood.
   */
  call<Request extends TSchema, Reply extends TSchema>(
    procedure: Procedure<Request, Reply>,
    call: Call<Static<Request>>,
  ): Promise<Static<Reply>>;
  /** Answers calls of this procedure from now on; one handler each. Answers a function that ends it. */
  serve<Request extends TSchema, Reply extends TSchema>(
    procedure: Procedure<Request, Reply>,
    handler: Handler<Static<Request>, Static<Reply>>,
  ): () => void;
}

/** What asks and what is asked: POST under this path, with the secret in this header (empty where there is none). */
export const rpcPath = '/internal/rpc';
export const secretHeader = 'carillon-cluster-secret';
/** The name of who asks, for those between the two: a proxy's log or rules. Nobody is trusted because of it. */
export const callerHeader = 'carillon-caller';
/** Of a request and of an answer: calls carry words, not loads. */
export const largestBodyBytes = 64 * 1024;
