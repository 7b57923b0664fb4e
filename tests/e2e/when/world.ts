/** What the tests of "when" run on: the embedded process, and the real stack with two API processes. */
import { ApiClient, type ExecutionView, type TimerView } from '../../support/api-client.js';
import { startCallbackServer, type Behaviour, type Received } from '../../support/callback-server.js';
import { startEmbedded } from '../../support/embedded.js';
import { eventually } from '../../support/eventually.js';
import { startTestStack } from '../../support/stack.js';

/** A place where timers are kept and called from. */
export interface Ground {
  /** Two API processes; the same one twice where there is but one. */
  urls: [string, string];
  /** While `during` runs nothing looks at timers. */
  outage(during: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export const grounds: Record<string, () => Promise<Ground>> = {
  async 'one process'() {
    const embedded = await startEmbedded({ CARILLON_LOG_LEVEL: 'warn' });
    return {
      urls: [embedded.url, embedded.url],
      outage: (during) => embedded.replace(during),
      stop: () => embedded.stop(),
    };
  },
  async 'the real stack with two API processes'() {
    const stack = await startTestStack({ apis: 2, schedulers: 2, workers: 2 });
    const schedulers = ['scheduler-1', 'scheduler-2'];
    const urls = stack.parts().flatMap(({ role, url }) => (role === 'api' ? [url!] : []));
    return {
      urls: [urls[0]!, urls[1]!],
      async outage(during) {
        for (const id of schedulers) stack.restarts(false, id);
        await Promise.all(schedulers.map((id) => stack.kill(id, 'SIGKILL')));
        await during();
        const back = schedulers.map((id) => stack.replaced(id));
        for (const id of schedulers) stack.restarts(true, id);
        await Promise.all(back);
      },
      stop: () => stack.stop(),
    };
  },
};

export class World {
  readonly ground: Ground;
  readonly #receiver: Awaited<ReturnType<typeof startCallbackServer>>;
  #places = 0;

  private constructor(ground: Ground, receiver: Awaited<ReturnType<typeof startCallbackServer>>) {
    this.ground = ground;
    this.#receiver = receiver;
  }

  static async open(name: string): Promise<World> {
    const receiver = await startCallbackServer();
    return new World(await grounds[name]!(), receiver);
  }

  async close(): Promise<void> {
    await this.ground.stop();
    await this.#receiver.close();
  }

  /** A namespace and a path of its own, on the clock that all share. */
  place(): Place {
    const name = `place-${++this.#places}`;
    return new Place(this.#receiver, {
      name,
      one: new ApiClient(this.ground.urls[0], name),
      other: new ApiClient(this.ground.urls[1], name),
    });
  }

  /** The same with a test clock that stands at `now`. */
  async frozen(now: string): Promise<FrozenPlace> {
    const { name, one, other } = this.place();
    const answer = await one.call('PUT', `/v1/namespaces/${name}/clock`, { now });
    if (answer.status >= 300) throw new Error(`no test clock: ${JSON.stringify(answer)}`);
    return new FrozenPlace(this.#receiver, { name, one, other });
  }
}

interface Access {
  name: string;
  one: ApiClient;
  other: ApiClient;
}

export class Place {
  readonly name: string;
  readonly one: ApiClient;
  readonly other: ApiClient;
  readonly #receiver: Awaited<ReturnType<typeof startCallbackServer>>;

  constructor(receiver: Awaited<ReturnType<typeof startCallbackServer>>, { name, one, other }: Access) {
    this.#receiver = receiver;
    this.name = name;
    this.one = one;
    this.other = other;
  }

  /** What a timer's calls are answered with. */
  behave(timerId: string, behaviour: Behaviour): void {
    this.#receiver.behave(this.#path(timerId), behaviour);
  }

  target(timerId: string): { url: string } {
    return { url: this.#receiver.url + this.#path(timerId) };
  }

  /** Creates a timer through one of the API processes; throws what is refused. */
  async create(id: string, when: object): Promise<TimerView> {
    const answer = await this.one.create({ id, target: this.target(id), ...when });
    if (answer.status !== 201) throw new Error(`not created: ${JSON.stringify(answer)}`);
    return answer.body;
  }

  received(timerId: string): Received[] {
    return this.#receiver.received.filter(({ path }) => path === this.#path(timerId));
  }

  /** The nominal times of its calls, in the order they came. */
  instants(timerId: string): string[] {
    return this.received(timerId).map(({ scheduledFor }) => new Date(scheduledFor!).toISOString());
  }

  arrived(timerId: string, count: number, limitMs = 30_000): Promise<void> {
    return this.#receiver.waitFor(() => this.received(timerId).length >= count, limitMs);
  }

  /** Its executions as the other API process tells them, oldest first. */
  async executions(timerId: string): Promise<ExecutionView[]> {
    return (await this.other.executions(timerId)).reverse();
  }

  /** Waits until the other API process says so of the timer. */
  isEventually(timerId: string, state: string): Promise<void> {
    return eventually(
      `${timerId} is ${state}`,
      async () => (await this.other.read(timerId)).body.state === state,
      30_000,
    );
  }

  #path(timerId: string): string {
    return `/${this.name}/${timerId}`;
  }
}

export class FrozenPlace extends Place {
  /** Moves the clock on, `{by: 'P1D'}` or `{to: instant}`, through the other API process, until it is there. */
  async advance(how: { by: string } | { to: string }): Promise<void> {
    let answer = await this.other.call<{ moving: boolean }>(
      'POST',
      `/v1/namespaces/${this.name}/clock/advance`,
      how,
    );
    while (answer.status === 200 || answer.status === 202) {
      if (!answer.body.moving) return;
      answer = await this.other.call('GET', `/v1/namespaces/${this.name}/clock`);
    }
    throw new Error(`the clock does not move: ${JSON.stringify(answer)}`);
  }
}
