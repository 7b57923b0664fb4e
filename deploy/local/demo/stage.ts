/** Carries out what is said to the demonstration, on a stack of real processes, and waits for what follows from it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '../local-stack.js';
import type { Blow, Command, Wait, Whom } from './commands.js';
import { ask, isSettled, leaderIn, lookAt, type Look } from './look.js';
import { announcePause, proofOf, type AnnouncedPause } from './switch.js';
import { clockTime } from './view.js';

/** Generous: a machine may be busy. */
const waitLimitMs = 90_000;
const lookEveryMs = 200;

export class Stage {
  readonly #stack: Stack;
  readonly #say: (line: string) => void;
  /** What was done to schedulers that are not as they should be. */
  readonly condition = new Map<string, string>();
  #last: string | null = null;
  /** The highest term when the last blow fell. */
  #termBefore = 0;
  #pause: AnnouncedPause | null = null;

  constructor(stack: Stack, say: (line: string) => void) {
    this.#stack = stack;
    this.#say = (line) => say(`${clockTime(new Date())}  ${line}`);
  }

  /** Rejects with a sentence when it cannot be done, or what is waited for does not come. */
  async perform(command: Exclude<Command, { kind: 'quit' }>): Promise<void> {
    if (command.kind === 'wait') return this.#wait(command.wait);
    if (command.kind === 'settings') return this.#announce();
    if (command.kind === 'add') {
      const { id } = await this.#stack.add('scheduler');
      this.#last = id;
      return this.#say(`added ${id}`);
    }
    const id = await this.#whom(command.whom);
    this.#last = id;
    this.#termBefore = leaderIn(await lookAt(this.#stack))?.self.term ?? this.#termBefore;
    await this.#strike(command.kind, id);
    this.#say(`${command.kind}: ${id}`);
  }

  /** A frozen process could not end in order. */
  async thawAll(): Promise<void> {
    const frozen = [...this.condition].filter(([, is]) => is === 'frozen');
    for (const [id] of frozen) await this.#stack.kill(id, 'SIGCONT');
  }

  async #strike(blow: Blow, id: string): Promise<void> {
    const stack = this.#stack;
    switch (blow) {
      case 'kill':
        stack.restarts(false, id);
        await stack.kill(id, 'SIGKILL');
        return void this.condition.set(id, 'killed');
      case 'start': {
        const started = stack.replaced(id);
        stack.restarts(true, id);
        await started;
        return void this.condition.delete(id);
      }
      case 'freeze':
        await stack.kill(id, 'SIGSTOP');
        return void this.condition.set(id, 'frozen');
      case 'thaw':
        await stack.kill(id, 'SIGCONT');
        return void this.condition.delete(id);
      case 'cut':
        await this.#turn(id, [
          'mongodb',
          'rabbitmq',
          'zookeeper',
          ...this.#ids().filter((one) => one !== id),
        ]);
        return void this.condition.set(id, 'cut off');
      case 'heal':
        await this.#turn(id, []);
        return void this.condition.delete(id);
      case 'remove':
        await stack.remove(id);
        return void this.condition.delete(id);
    }
  }

  async #turn(id: string, unreachable: readonly string[]): Promise<void> {
    const { adminUrl } = this.#stack.parts().find((part) => part.id === id)!;
    await ask(`${adminUrl}/internal/faults`, { method: 'POST', body: { unreachable } });
  }

  async #announce(): Promise<void> {
    this.#pause = await announcePause(this.#stack);
    const { version, begin, end } = this.#pause;
    this.#say(
      `announced: dispatch pauses at ${clockTime(new Date(begin))}, goes on at ${clockTime(new Date(end))} (settings ${version - 1} and ${version})`,
    );
  }

  async #wait(wait: Wait): Promise<void> {
    const last = Date.now() + waitLimitMs;
    while (Date.now() < last) {
      const seen = await this.#seen(wait, await lookAt(this.#stack));
      if (seen) return seen.forEach((line) => this.#say(line));
      await delay(lookEveryMs);
    }
    throw new Error(`there was no ${wait} within ${waitLimitMs / 1000} s`);
  }

  /** What there is to tell, once that which is waited for is there. */
  async #seen(wait: Wait, look: Look): Promise<string[] | null> {
    if (wait === 'settings') return this.#pause && proofOf(this.#stack, this.#pause);
    if (wait === 'election') {
      const leader = leaderIn(look);
      if (!leader || leader.self.term <= this.#termBefore || this.condition.has(leader.id)) return null;
      return [`${leader.id} leads, term ${leader.self.term}`];
    }
    const able = this.#ids().filter((id) => !this.condition.has(id));
    if (!isSettled(look, able)) return null;
    const { version, owners } = look.cluster!.ring!;
    return [
      `ring ${version} is settled: ${owners.map(({ member, shards }) => `${member} ${shards.length}`).join(', ')}`,
    ];
  }

  async #whom(whom: Whom): Promise<string> {
    const id =
      whom === 'last' ? this.#last : whom === 'leader' ? leaderIn(await lookAt(this.#stack))?.id : whom.id;
    if (id && this.#ids().includes(id)) return id;
    throw new Error(id ? `there is no ${id}` : `there is no ${whom as string} now`);
  }

  #ids(): string[] {
    return this.#stack.parts().flatMap(({ role, id }) => (role === 'scheduler' ? [id] : []));
  }
}
