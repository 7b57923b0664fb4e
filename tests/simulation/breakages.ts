/**
 * Guards left out on purpose, to see that the invariants notice: each spoils one thing at the edge of the processes, as
 * a bug in what it stands for would. None is in effect unless a run asks for it by name.
 */
import { settingsDocument } from '../../shared/settings/announcement.js';
import type { WorkMessage } from '../../shared/queue/queue.js';
import type { Started, Start } from '../../shared/store/store.js';
import type { Change } from '../../shared/timers/change.js';
import type { Invariant } from './invariants.js';
import type { BrokenMethod } from './store.js';

export interface Breakage {
  /** The invariants of which one has to notice; a run stops at the first that does. */
  breaks: readonly Invariant[];
  store?: Partial<Record<string, BrokenMethod>>;
  publish?: (message: WorkMessage) => WorkMessage;
  /** Every process believes for ever that its lease holds. */
  leases?: true;
  /** Every process believes for ever that it may take new work. */
  doubts?: true;
  /** No process hears another one's calls. */
  deaf?: true;
}

const nothing: BrokenMethod = () => Promise.resolve([]);

export const breakages = {
  /** Whoever asks may start, whatever the row says. */
  'start-without-compare': {
    breaks: ['CancelWins', 'NotDoubled'],
    store: {
      'delivery.start': async (method, args) => {
        await method(...args);
        const [starts] = args as unknown as [Start[]];
        const won = new Map(starts.map(({ id, until }) => [id, until]));
        return { won, refused: new Set() } satisfies Started;
      },
    },
  },
  /** Running executions are taken for lost long before their time is up. */
  'lost-too-soon': {
    breaks: ['NotDoubled'],
    store: {
      'schedule.overdueExecutions': (method, [query]) => {
        const { before, ...rest } = query as unknown as { before: number };
        return method({ ...rest, before: before + 20_000 });
      },
    },
  },
  'leases-never-end': { breaks: ['NotDoubled'], leases: true },
  /** What is claimed or running and whose holder is gone stays as it is. */
  'no-rescue': {
    breaks: ['NotLost'],
    store: { 'schedule.overdueExecutions': nothing, 'schedule.heldBy': nothing },
  },
  'publishes-early': {
    breaks: ['NotEarly'],
    publish: (message) => ({
      ...message,
      execution: { ...message.execution, callAt: message.execution.callAt - 400 },
    }),
  },
  /** A change leaves the executions that were claimed as they are. */
  'change-without-sweep': {
    breaks: ['CancelWins'],
    store: {
      'timers.change': (method, [change]) =>
        method({ ...(change as unknown as Change), update: [], withdraw: [] }),
    },
  },
  /** Documents are written whatever version stands there. */
  'documents-without-compare': {
    breaks: ['OneLeader'],
    store: {
      'documents.write': async (method, [name, value, condition]) => {
        for (
          let expected = (condition as unknown as { expected: number }).expected;
          expected < 10_000;
          expected++
        ) {
          const written = await method(name, value, { expected });
          if (written !== null) return written;
        }
        return null;
      },
    },
  },
  /** Each scheduler reads a ring of which it is the only member. */
  'everybody-owns-all': {
    breaks: ['OneOwner'],
    store: {
      'documents.read': async (method, [name], { name: self }) => {
        const document = (await method(name)) as { version: number; value: { versions: object[] } } | null;
        if ((name as unknown) !== 'ring' || !document || !self.startsWith('scheduler')) return document;
        const versions = document.value.versions.map((version) => ({ ...version, members: [self] }));
        return { ...document, value: { versions } };
      },
    },
  },
  /** A worker reads settings as they were before anybody announced any. */
  'outdated-settings': {
    breaks: ['SameSettings'],
    store: {
      'documents.read': (method, [name], { name: self }) =>
        (name as unknown) === settingsDocument && self === 'worker-1' ? Promise.resolve(null) : method(name),
    },
  },
  'nothing-is-doubted': { breaks: ['SameSettings', 'NotDoubled'], doubts: true },
  /** Schedulers cannot talk to each other, so that none is elected. */
  'deaf-peers': { breaks: ['Recovers'], deaf: true },
} satisfies Record<string, Breakage>;

export type BreakageName = keyof typeof breakages;
