/**
 * Members of a ranked election on one bus, each over a link of its own, with documents in memory. Over the bus in this
 * process time is a manual clock's, moved on without a pause: a second takes milliseconds.
 */
import { SystemClock, type Cancel, type Clock } from '../../../shared/base/clock.js';
import { openRankedCoordination } from '../../../shared/coordination/ranked/ranked.js';
import { MemoryDocuments } from '../../../shared/coordination/single/memory-documents.js';
import type { Bus } from '../../../shared/queue/bus.js';
import { openInProcessQueue } from '../../../shared/queue/in-process/in-process.js';
import { openRabbitMq } from '../../../shared/queue/rabbitmq/rabbitmq.js';
import { startPump } from '../../support/clock-pump.js';
import { ManualClock } from '../../support/manual-clock.js';
import { openRabbitMqCorner, rabbitMqUrl } from '../../support/rabbitmq.js';
import { seededRandom } from '../../support/seeded-random.js';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.js';
import { FreezableClock } from './freezable-clock.js';
import { LinkedBus } from './linked-bus.js';
import type { Contender, CoordinationWorld, Link } from './world.js';
import { makeMember } from './world.js';

/** What a member of this world meets, and what ends with it. */
interface Place<Way extends Link> {
  bus: Bus;
  link: Way;
  clock: FreezableClock | FreezableManualClock;
  close(): Promise<void>;
}

interface RankedContender<Way extends Link> extends Contender {
  link: Way;
}

export interface RankedWorld<Way extends Link> extends CoordinationWorld {
  join(name: string, rank?: number): Promise<RankedContender<Way>>;
}

export async function openRankedWorld(): Promise<RankedWorld<LinkedBus>> {
  const { bus, close } = openInProcessQueue();
  const clock = new ManualClock();
  const pump = startPump(clock);
  return openWorld({
    async open() {
      const link = new LinkedBus(bus);
      return { bus: link, link, clock: new FreezableManualClock(clock), close: () => link.close() };
    },
    async close() {
      await pump.stop();
      await close();
    },
  });
}

export async function openRankedWorldOnRabbitMq(): Promise<RankedWorld<TcpProxy>> {
  const corner = await openRabbitMqCorner();
  const { hostname, port } = new URL(rabbitMqUrl());
  const shared = { prefix: corner.prefix, clock: new SystemClock(), random: seededRandom(1) };
  return openWorld({
    async open() {
      const link = await startTcpProxy({ host: hostname, port: Number(port) });
      const url = `amqp://127.0.0.1:${link.port}`;
      const { bus, close } = await openRabbitMq({ ...shared, url, onProblem: () => undefined });
      return { bus, link, clock: new FreezableClock(), close: () => close().then(() => link.close()) };
    },
    close: () => corner.close(),
  });
}

function openWorld<Way extends Link>({
  open,
  close,
}: {
  open(): Promise<Place<Way>>;
  close(): Promise<void>;
}): RankedWorld<Way> {
  const documents = new MemoryDocuments();
  const joined: { contender: Contender; place: Place<Way> }[] = [];
  return {
    async join(name, rank = 100) {
      const place = await open();
      const self = makeMember(name);
      const { bus, link, clock } = place;
      const random = seededRandom(name.charCodeAt(0));
      const options = { self, rank, bus, documents, clock, random, onEvent: () => undefined };
      const coordination = openRankedCoordination(options);
      const contender = { self, link, coordination, freeze: (ms: number) => clock.freeze(ms) };
      joined.push({ contender, place });
      return contender;
    },
    async close() {
      for (const { contender } of joined) contender.link.heal();
      await Promise.all(joined.map(({ contender }) => contender.coordination.close()));
      await Promise.all(joined.map(({ place }) => place.close()));
      await close();
    },
  };
}

/** One member's view of the common time, which can look as if its process had stood still for a while. */
class FreezableManualClock implements Clock {
  readonly #clock: ManualClock;
  #frozenMs = 0;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic() + this.#frozenMs;
  }

  ready(): boolean {
    return this.#clock.ready();
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.#clock.after(delayMs, run);
  }

  freeze(ms: number): void {
    this.#frozenMs += ms;
  }
}
