/** What came of timers: one execution an occurrence, each attempt with its lateness receipt. */
import type {
  Count,
  CountExecutionsBody,
  Execution,
  ExecutionPage,
  ListExecutionsRequest,
  Operations,
} from './generated.js';
import { rowsOf } from './paging.js';
import type { CallOptions } from './request.js';

export type ExecutionFilter = Omit<ListExecutionsRequest, 'namespace' | 'cursor'>;

export class Executions {
  readonly #operations: Operations;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  get(id: string, options?: CallOptions): Promise<Execution> {
    return this.#operations.getExecution({ id }, options);
  }

  /** How many fit; at least so many where `exact` is false. */
  count(filter: CountExecutionsBody['filter'] = {}, options: CallOptions = {}): Promise<Count> {
    return this.#operations.countExecutions({ body: { filter } }, { repeatable: true, ...options });
  }

  /** One page, newest first; `all` follows the cursors. */
  list(filter: ExecutionFilter & { cursor?: string } = {}, options?: CallOptions): Promise<ExecutionPage> {
    return this.#operations.listExecutions(filter, options);
  }

  /** Every execution that fits, newest first; `limit` is the size of a page. */
  all(filter: ExecutionFilter = {}, options?: CallOptions): AsyncGenerator<Execution, void, undefined> {
    return rowsOf((cursor) => this.#operations.listExecutions({ ...filter, cursor }, options));
  }
}
