/** A ranked election that is written down while it happens. */
import type { Message } from '../../shared/coordination/ranked/messages.js';
import type { State } from '../../shared/coordination/ranked/state.js';
import { RankedWorld, type SimulatedMember } from '../support/ranked/world.js';
import { Story } from './story.js';

type Detail = Record<string, string | number>;

const sentences: Record<string, (name: string, detail: Detail) => string> = {
  'rank-tied': (name, { rank, lost }) => `${name} hears another one with rank ${rank!}, and loses ${lost!}`,
  elected: (name, { term }) => `${name} leads, term ${term!}`,
  'stepped-down': (name, { term, reason }) => `${name} leads term ${term!} no more: ${reason!}`,
  'rival-quelled': (name, { its, rival, term }) =>
    `${name}, of term ${term!}, hears ${nameOf(String(rival))} claim term ${its!}, and asserts itself`,
};

export class RankedStory {
  readonly world: RankedWorld;
  readonly #story = new Story();

  constructor(seed = 1) {
    this.world = new RankedWorld(seed, {
      told: ({ context }, event, detail) => this.#tell(sentences[event]!(context.name, detail as Detail)),
      sent: (member, message) => this.#sent(member, message),
      stepped: (member, before) => this.#stepped(member, before),
    });
  }

  /** Does something, says so, and lets so many ticks pass. */
  chapter(text: string, act: () => void, ticks: number): void {
    this.#story.chapter(this.world.network.now, text);
    act();
    this.world.run(ticks);
  }

  text(): string {
    return this.#story.text();
  }

  #sent({ context: { name } }: SimulatedMember, message: Message): void {
    if (message.kind === 'leave') this.#tell(`${name} stands no more`);
    if (message.kind === 'resign') this.#tell(`${name} has resigned term ${message.term}`);
    if (message.kind !== 'object') return;
    const { to, grounds } = message;
    const why =
      'candidate' in grounds
        ? `${nameOf(grounds.candidate)} stands with rank ${grounds.rank}`
        : `it heard the leader ${grounds.leaderHeardAgo} ticks ago`;
    this.#tell(`${name} objects to ${nameOf(to)}: ${why}`);
  }

  #stepped({ context: { name }, state }: SimulatedMember, before: State): void {
    const { position, rank } = state;
    const was = before.position;
    if (position.role === 'candidate' && (was.role !== 'candidate' || rank !== before.rank))
      this.#tell(`${name} stands with rank ${rank}`);
    if (position.role === 'voter' && (was.role !== 'voter' || was.choice !== position.choice))
      this.#tell(`${name} yields to ${nameOf(position.choice)}, of rank ${position.rank}`);
  }

  #tell(text: string): void {
    this.#story.tell(this.world.network.now, text);
  }
}

function nameOf(id: string): string {
  return id.split('~')[0]!;
}
