/** What the schedulers of a stack say of themselves, asked from outside at their admin ports. */
import type { Stack } from '../../deploy/local/local-stack.js';
import { eventually } from './eventually.js';

/** As `/internal/self` tells it. */
export interface SchedulerStanding {
  /** Of this life. */
  id: string;
  role: string;
  term: number;
}

const patienceMs = 1_000;
const allShards = 64;

/** Null for one that is down, frozen, or not one of this stack. */
export function standingOf(stack: Stack, id: string): Promise<SchedulerStanding | null> {
  return ask(stack, id, '/internal/self').then(
    (answer) => answer.json() as Promise<SchedulerStanding>,
    () => null,
  );
}

export function schedulersOf(stack: Stack): string[] {
  return stack.parts().flatMap(({ role, id }) => (role === 'scheduler' ? [id] : []));
}

/** The one that leads. Rejects when none does. */
export async function leaderOf(stack: Stack): Promise<string> {
  const leader = await firstThat(stack, ({ role }) => role === 'leader');
  if (leader === null) throw new Error('no scheduler leads');
  return leader;
}

/** One that runs and does not lead. Rejects when there is none. */
export async function followerOf(stack: Stack): Promise<string> {
  const follower = await firstThat(stack, ({ role }) => role !== 'leader');
  if (follower === null) throw new Error('no scheduler follows');
  return follower;
}

/** Resolves when exactly this many schedulers answer, one of them leads, and all shards are owned between them, each once. */
export async function ringSettles(stack: Stack, count: number, limitMs = 60_000): Promise<void> {
  await eventually(
    `${count} schedulers share the ring`,
    async () => {
      const ids = schedulersOf(stack);
      const owned = await Promise.all(ids.map((id) => shardsOf(stack, id)));
      const answers = owned.filter((shards) => shards !== null);
      if (answers.length !== count || answers.reduce((sum, shards) => sum + shards, 0) !== allShards)
        return false;
      return (await leaderOf(stack).catch(() => null)) !== null;
    },
    limitMs,
  );
}

async function firstThat(
  stack: Stack,
  fits: (standing: SchedulerStanding) => boolean,
): Promise<string | null> {
  for (const id of schedulersOf(stack)) {
    const standing = await standingOf(stack, id);
    if (standing && fits(standing)) return id;
  }
  return null;
}

async function shardsOf(stack: Stack, id: string): Promise<number | null> {
  const text = await ask(stack, id, '/metrics').then(
    (answer) => answer.text(),
    () => null,
  );
  const found = text && /^carillon_scheduler_shards (\d+)$/m.exec(text);
  return found ? Number(found[1]) : null;
}

async function ask(stack: Stack, id: string, path: string): Promise<Response> {
  const part = stack.parts().find((one) => one.id === id);
  return fetch(`${part?.adminUrl}${path}`, { signal: AbortSignal.timeout(patienceMs) });
}
