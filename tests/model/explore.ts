/**
 * Explores every interleaving of a system, breadth first, and checks what must hold: nothing broken on any step or in
 * any state, and from each state a way to a good end by steps that are no fault and no wish of a user. What it finds
 * comes with a shortest trace. It knows nothing of timers.
 */
import { StateTable } from './state-table.js';

/**
 * `progress`: what goes on by itself, and all that a way to a good end may be made of; `fault`: something breaks;
 * `user`: somebody asks for something.
 */
export type StepKind = 'progress' | 'fault' | 'user';

export interface Step<State> {
  kind: StepKind;
  next: State;
  /** What happens, as a sentence. */
  says(): string;
  /** The name of the invariant that this very step breaks. */
  breaks: string | null;
}

export interface System<State> {
  initial: State;
  /** Bytes of an encoded state, a multiple of four. */
  width: number;
  /** Equal bytes mean equal futures: states that differ in names alone may be encoded alike. */
  encode(state: State, bytes: Uint8Array): void;
  decode(bytes: Uint8Array): State;
  steps(state: State): Step<State>[];
  /** The name of the invariant that this state breaks, or null. */
  broken(state: State): string | null;
  isGoodEnd(state: State): boolean;
  /** The invariant that is broken where no way leads to a good end. */
  wayLost: string;
}

export interface Breach {
  invariant: string;
  /** A shortest way there, a sentence for each step. */
  trace: string[];
  /** True where nothing is broken yet, but no way leads on to a good end. */
  isDeadEnd: boolean;
}

export interface Exploration {
  states: number;
  steps: number;
  /** Steps to the farthest state. */
  depth: number;
  breach: Breach | null;
}

/** Numbers, as many as come. */
class NumberList {
  #items = new Int32Array(1 << 12);
  length = 0;

  push(item: number): void {
    if (this.length === this.#items.length) {
      const larger = new Int32Array(this.length * 2);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.length++] = item;
  }

  at(index: number): number {
    return this.#items[index]!;
  }
}

export function explore<State>(system: System<State>): Exploration {
  return new Search(system).run();
}

class Search<State> {
  readonly #system: System<State>;
  readonly #table: StateTable;
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #parents = new NumberList();
  /** Ends of progress steps, those of one state together; where each state's begin. */
  readonly #ways = new NumberList();
  readonly #waysFrom = new NumberList();
  #steps = 0;

  constructor(system: System<State>) {
    this.#system = system;
    this.#table = new StateTable(system.width / 4);
    this.#words = new Uint32Array(system.width / 4);
    this.#bytes = new Uint8Array(this.#words.buffer);
  }

  run(): Exploration {
    const { initial, broken } = this.#system;
    this.#number(initial, -1);
    const bad = broken(initial);
    if (bad !== null) return this.#result({ invariant: bad, trace: [], isDeadEnd: false });
    for (let from = 0; from < this.#table.size; from++) {
      const breach = this.#expand(from);
      if (breach) return this.#result(breach);
    }
    return this.#result(this.#findDeadEnd());
  }

  #result(breach: Breach | null): Exploration {
    let depth = 0;
    for (let at = this.#table.size - 1; at > 0; at = this.#parents.at(at)) depth++;
    return { states: this.#table.size, steps: this.#steps, depth, breach };
  }

  /** The number of a state; a new one is remembered to have been reached from `parent`. */
  #number(state: State, parent: number): number {
    this.#encode(state);
    const number = this.#table.add(this.#words);
    if (number === this.#parents.length) this.#parents.push(parent);
    return number;
  }

  #encode(state: State): void {
    this.#bytes.fill(0);
    this.#system.encode(state, this.#bytes);
  }

  #decode(number: number): State {
    this.#words.set(this.#table.row(number));
    return this.#system.decode(this.#bytes);
  }

  #expand(from: number): Breach | null {
    const { steps, broken } = this.#system;
    this.#waysFrom.push(this.#ways.length);
    for (const step of steps(this.#decode(from))) {
      this.#steps++;
      const known = this.#table.size;
      const to = this.#number(step.next, from);
      if (step.kind === 'progress' && to !== from) this.#ways.push(to);
      const invariant = step.breaks ?? (to === known ? broken(step.next) : null);
      if (invariant !== null) return { invariant, trace: [...this.#traceTo(from, step)], isDeadEnd: false };
    }
    return null;
  }

  /** The first state from which no progress leads to a good end. */
  #findDeadEnd(): Breach | null {
    const saved = this.#backwardFromGoodEnds();
    const lost = saved.indexOf(0);
    if (lost < 0) return null;
    return { invariant: this.#system.wayLost, trace: this.#traceTo(lost), isDeadEnd: true };
  }

  #backwardFromGoodEnds(): Uint8Array {
    const { isGoodEnd } = this.#system;
    const count = this.#table.size;
    const { starts, sources } = this.#reversed();
    const saved = new Uint8Array(count);
    const pending = new NumberList();
    const save = (state: number): void => {
      if (saved[state]) return;
      saved[state] = 1;
      pending.push(state);
    };
    for (let state = 0; state < count; state++) {
      if (isGoodEnd(this.#decode(state))) save(state);
    }
    for (let i = 0; i < pending.length; i++) {
      const state = pending.at(i);
      for (let j = starts[state]!; j < starts[state + 1]!; j++) save(sources[j]!);
    }
    return saved;
  }

  /** The ways turned around: for each state, where progress leads to it from. */
  #reversed(): { starts: Int32Array; sources: Int32Array } {
    const count = this.#table.size;
    const starts = new Int32Array(count + 1);
    for (let i = 0; i < this.#ways.length; i++) starts[this.#ways.at(i) + 1]!++;
    for (let state = 0; state < count; state++) starts[state + 1]! += starts[state]!;
    const free = starts.slice();
    const sources = new Int32Array(this.#ways.length);
    for (let from = 0; from < count; from++) {
      const end = from + 1 < count ? this.#waysFrom.at(from + 1) : this.#ways.length;
      for (let i = this.#waysFrom.at(from); i < end; i++) sources[free[this.#ways.at(i)]!++] = from;
    }
    return { starts, sources };
  }

  /**
   * The sentences on the way to a state, and of one more step from there. Taken anew from the beginning, for the names
   * of what is encoded alike stay what they are only along one run.
   */
  #traceTo(target: number, last?: Step<State>): string[] {
    const path: number[] = [];
    for (let at = target; at > 0; at = this.#parents.at(at)) path.unshift(at);
    let state = this.#system.initial;
    const sentences: string[] = [];
    const take = (fits: (step: Step<State>) => boolean): void => {
      const step = this.#system.steps(state).find(fits)!;
      state = step.next;
      sentences.push(step.says());
    };
    for (const number of path) take(({ next }) => this.#numberOf(next) === number);
    const end = last && this.#numberOf(last.next);
    if (last) take(({ next, breaks }) => breaks === last.breaks && this.#numberOf(next) === end);
    return sentences;
  }

  #numberOf(state: State): number {
    this.#encode(state);
    return this.#table.numberOf(this.#words);
  }
}
