/**
 * The processes of ours in a stack: how many of each at first, and one more or one less while it runs. Names are never
 * used for two at once, and the last of a role stays, since nothing works without it.
 */
import type { Coordination } from './brokers.js';
import { serviceRoles, type ServiceRole } from './services.js';
import type { StackPart } from './stack-file.js';
import { type Supervisor, type PartDefinition } from './supervisor.js';

export interface FleetOptions {
  counts: Readonly<Record<ServiceRole, number>>;
  coordination: Coordination;
  define(role: ServiceRole, number: number): Promise<PartDefinition>;
  supervise(part: PartDefinition): Supervisor;
}

export class Fleet {
  readonly #options: FleetOptions;
  #supervisors: readonly Supervisor[] = [];
  #stopping = false;
  /** Ends when the last change of size has ended. */
  #resizing: Promise<unknown> = Promise.resolve();

  /** Throws for a number of schedulers that the coordination does not take. */
  constructor(options: FleetOptions) {
    this.#options = options;
    this.#refuseFurther('scheduler', options.counts.scheduler - 1);
  }

  get supervisors(): readonly Supervisor[] {
    return this.#supervisors;
  }

  /** Those that were up once; one that is being added is none yet. */
  parts(): StackPart[] {
    return this.#supervisors.map(({ part }) => part).filter(({ pid }) => pid !== null);
  }

  /** Finds ports for the first of each, so that a mistake shows before anything is started. */
  async define(): Promise<void> {
    const { counts } = this.#options;
    const wanted = serviceRoles.flatMap((role) =>
      Array.from({ length: counts[role] }, (_, i) => this.#defined(role, i + 1)),
    );
    this.#supervisors = await Promise.all(wanted);
  }

  /** Resolves when one more is ready; rejects, with nothing left of it, when it does not become so. */
  add(role: ServiceRole): Promise<StackPart> {
    return this.#inTurn(() => this.#add(role));
  }

  /** Ends one in order and forgets it; rejects where it is the last of its role. */
  remove(id: string): Promise<void> {
    return this.#inTurn(() => this.#remove(id));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#supervisors.map((supervisor) => supervisor.stop()));
  }

  async #add(role: ServiceRole): Promise<StackPart> {
    const numbers = this.#ofRole(role).map(({ part }) => Number(part.id.split('-')[1]));
    this.#refuseFurther(role, numbers.length);
    const added = await this.#defined(role, Math.max(0, ...numbers) + 1);
    this.#refuseStopped();
    this.#supervisors = [...this.#supervisors, added];
    try {
      await added.start();
    } catch (error) {
      this.#forget(added);
      throw error;
    }
    return added.part;
  }

  async #remove(id: string): Promise<void> {
    const supervisor = this.#supervisors.find(({ part }) => part.id === id);
    if (!supervisor) throw new Error(`no service of this stack is called ${id}`);
    const { role } = supervisor.part;
    if (this.#ofRole(role).length === 1)
      throw new Error(`${id} is the last ${role} of this stack: add another one first`);
    await supervisor.stop();
    this.#forget(supervisor);
  }

  /** Changes of size follow one another: two that are added at once must not take the same name. */
  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const turn = this.#resizing.then(() => {
      this.#refuseStopped();
      return change();
    });
    this.#resizing = turn.catch(() => undefined);
    return turn;
  }

  async #defined(role: ServiceRole, number: number): Promise<Supervisor> {
    return this.#options.supervise(await this.#options.define(role, number));
  }

  #forget(supervisor: Supervisor): void {
    this.#supervisors = this.#supervisors.filter((one) => one !== supervisor);
  }

  #ofRole(role: StackPart['role']): Supervisor[] {
    return this.#supervisors.filter(({ part }) => part.role === role);
  }

  #refuseFurther(role: ServiceRole, present: number): void {
    if (role === 'scheduler' && this.#options.coordination === 'single' && present > 0)
      throw new Error('coordination single takes exactly one scheduler');
  }

  #refuseStopped(): void {
    if (this.#stopping) throw new Error('the stack is being stopped');
  }
}
