/** The few calls that end-to-end tests make to the API, with plain fetch. */

export interface Answer<Body> {
  status: number;
  body: Body;
}

export interface TimerView {
  id: string;
  state: string;
  generation: number;
  nextDueAt: string | null;
  runs: number;
  pause: { reason: string | null; until: string | null; since: string } | null;
}

export interface ExecutionView {
  id: string;
  state: string;
  scheduledFor: string;
  reason: string | null;
  skipped: { to: string; count: number } | null;
  trigger: string;
  attempts: {
    n: number;
    outcome: string;
    status: number | null;
    error: { code: string; message: string } | null;
    worker: string | null;
    receipt: Record<string, string | null>;
  }[];
}

export class ApiClient {
  /** @param namespace of everything it asks for; the default one when left out */
  constructor(
    readonly url: string,
    readonly namespace = 'default',
  ) {}

  /** The same process, seen from another namespace. */
  in(namespace: string): ApiClient {
    return new ApiClient(this.url, namespace);
  }

  async call<Body>(method: string, path: string, body?: unknown): Promise<Answer<Body>> {
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        'carillon-namespace': this.namespace,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? null : JSON.parse(text)) as Body };
  }

  create(timer: object): Promise<Answer<TimerView>> {
    return this.call('POST', '/v1/timers', timer);
  }

  read(id: string): Promise<Answer<TimerView>> {
    return this.call('GET', `/v1/timers/${id}`);
  }

  cancel(id: string): Promise<Answer<TimerView>> {
    return this.call('DELETE', `/v1/timers/${id}`);
  }

  /** An action such as `pause`, `resume`, `run` or `touch`. */
  act(id: string, action: string, body: object = {}): Promise<Answer<TimerView>> {
    return this.call('POST', `/v1/timers/${id}/${action}`, body);
  }

  async executions(timerId: string): Promise<ExecutionView[]> {
    const { body } = await this.call<{ data: ExecutionView[] }>(
      'GET',
      `/v1/executions?timerId=${timerId}&limit=1000`,
    );
    return body.data;
  }
}
