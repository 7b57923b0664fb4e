/**
 * What is done with API keys: made, read, rotated, revoked. An admin reaches the keys of its own namespaces only, those of
 * all namespaces only as an admin of all; any other key is to it as if it were not there.
 */
import { uuidV7, apiKeyId } from '../../../shared/base/ids.js';
import type { Clock } from '../../../shared/base/clock.js';
import type { ApiKey, KeyStore } from '../../../shared/store/keys.js';
import type { ChangeRecord, FieldChange } from '../../../shared/timers/change-record.js';
import { Problem } from '../plugins/problems.js';
import { everywhere, hasRole, isEverywhere, reaches, type Actor } from './actor.js';
import type { KeyRing } from './key-ring.js';
import { newSecret } from './secret.js';

/** Keys that may name one namespace. */
const mostKeys = 500;
/** A key that others change at the same time is read anew so often. */
const tries = 5;

export interface KeyDesk {
  keys: KeyStore;
  ring: Pick<KeyRing, 'forget'>;
  clock: Pick<Clock, 'now'>;
}

export type KeyWish = Pick<ApiKey, 'name' | 'description' | 'role' | 'namespaces' | 'expiresAt'>;

/** A key with its secret, which nobody can tell again. */
export interface ShownKey {
  key: ApiKey;
  secret: string;
}

/** Makes a key. Rejects with the problem of one that reaches further than the actor, or of too many. */
export async function createKey(desk: KeyDesk, actor: Actor, wish: KeyWish): Promise<ShownKey> {
  refuseBeyond(actor, wish);
  const id = apiKeyId();
  const { text: secret, digest } = newSecret(id);
  const now = desk.clock.now();
  const made = { version: 1, previous: null, createdAt: now, createdBy: actor.name };
  const key: ApiKey = { ...wish, ...made, id, digest, rotatedAt: null, lastUsedAt: null };
  const record = recordOf(key, { actor, action: 'create', at: now, changes: factsOf(key, 'after') });
  if (await desk.keys.create(key, { most: mostKeys, record })) return { key, secret };
  throw new Problem('too-many-keys', `${mostKeys} keys name one of these namespaces; revoke some first`);
}

/** Rejects with `key-not-found` where the actor reaches no such key. */
export async function readKey({ keys }: KeyDesk, actor: Actor, id: string): Promise<ApiKey> {
  const [key] = await keys.read([id]);
  if (key && reaches(actor, key.namespaces)) return key;
  throw new Problem('key-not-found', `there is no key "${id}" among those of your namespaces`);
}

export function listKeys(
  { keys }: KeyDesk,
  actor: Actor,
  page: { after: string | null; limit: number },
): Promise<ApiKey[]> {
  return keys.list({ ...page, within: isEverywhere(actor) ? null : actor.namespaces });
}

/** From now on it is refused: by this process at once, by the others within seconds (key-ring.ts). */
export async function revokeKey(desk: KeyDesk, actor: Actor, id: string): Promise<void> {
  await changing(desk, { actor, id }, async (key) => {
    const at = desk.clock.now();
    const record = recordOf(key, { actor, action: 'revoke', at, changes: factsOf(key, 'before') });
    return (await desk.keys.remove(key, record)) ? key : null;
  });
}

/** Gives it a new secret; the present one stays good for `overlapMs`, one from before that no longer. */
export async function rotateKey(
  desk: KeyDesk,
  actor: Actor,
  { id, overlapMs }: { id: string; overlapMs: number },
): Promise<ShownKey> {
  const { text: secret, digest } = newSecret(id);
  const key = await changing(desk, { actor, id }, async (present) => {
    const now = desk.clock.now();
    const previous = overlapMs > 0 ? { digest: present.digest, until: now + overlapMs } : null;
    const next = { ...present, digest, previous, rotatedAt: now };
    const changes = [{ field: '/secret', omitted: true }];
    const record = recordOf(
      { ...next, version: present.version + 1 },
      { actor, action: 'rotate', at: now, changes },
    );
    return (await desk.keys.replace(next, record)) ? next : null;
  });
  return { key, secret };
}

/** `attempt` answers null where somebody else came first. */
async function changing(
  desk: KeyDesk,
  { actor, id }: { actor: Actor; id: string },
  attempt: (key: ApiKey) => Promise<ApiKey | null>,
): Promise<ApiKey> {
  for (let left = tries; left > 0; left--) {
    const done = await attempt(await readKey(desk, actor, id));
    desk.ring.forget(id);
    if (done) return done;
  }
  throw new Problem('overloaded', 'others change this key again and again; repeat in a moment');
}

function refuseBeyond(actor: Actor, { role, namespaces }: KeyWish): void {
  if (!reaches(actor, namespaces))
    throw new Problem(
      'forbidden',
      `a key for ${namespaces.join(', ')} is made by an admin of ${namespaces.includes(everywhere) ? 'all namespaces' : 'each of them'}; yours is for ${actor.namespaces.join(', ')}`,
    );
  if (!hasRole(actor, role)) throw new Problem('forbidden', `a ${actor.role} makes no key of role ${role}`);
}

interface KeyChange {
  actor: Actor;
  action: string;
  at: number;
  changes: FieldChange[];
}

/** Of the namespace where the key has one alone: so its admins find what was done with it. */
function recordOf(
  { id, version, namespaces }: ApiKey,
  { actor, action, at, changes }: KeyChange,
): ChangeRecord {
  const [only] = namespaces;
  return {
    id: uuidV7(at),
    namespace: namespaces.length === 1 && only !== undefined ? only : everywhere,
    resource: 'key',
    resourceId: id,
    uid: null,
    generation: version,
    at,
    actor: actor.name,
    action,
    reason: null,
    changes,
    previous: null,
  };
}

function factsOf({ name, role, namespaces, expiresAt }: ApiKey, side: 'before' | 'after'): FieldChange[] {
  const facts = { name, role, namespaces, expiresAt };
  return Object.entries(facts).map(([field, value]) => ({ field: `/${field}`, [side]: value }));
}
