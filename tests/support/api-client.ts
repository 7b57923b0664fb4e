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
}

export interface ExecutionView {
  id: string;
  state: string;
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
  constructor(readonly url: string) {}

  async call<Body>(method: string, path: string, body?: unknown): Promise<Answer<Body>> {
    const answer = await fetch(this.url + path, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    return { status: answer.status, body: (await answer.json()) as Body };
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

  async executions(timerId: string): Promise<ExecutionView[]> {
    const { body } = await this.call<{ data: ExecutionView[] }>('GET', `/v1/executions?timerId=${timerId}`);
    return body.data;
  }
}
