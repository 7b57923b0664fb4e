/**
 * Who makes a request, and what that lets them do (pure). An actor is found once, before a route runs; routes read it and
 * never look at a key themselves.
 */

/** Each may what the ones before it may. */
export const roles = ['reader', 'writer', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Among the namespaces of an actor: each there is, and each to come. */
export const everywhere = '*';

export interface Actor {
  /** What changes are recorded under. */
  name: string;
  /** Null for who showed no key, or one of the configuration. */
  keyId: string | null;
  role: Role;
  /** Names, or `*` alone. */
  namespaces: readonly string[];
}

/** Who shows no key where none is demanded. */
export const anonymous: Actor = {
  name: 'anonymous',
  keyId: null,
  role: 'admin',
  namespaces: [everywhere],
};

/** What an operation asks of who calls it. */
export interface Requirement {
  role: Role;
  /**
   * Where the actor must have it: in the namespace of the request; in all (`*`), for what concerns the cluster; or in any,
   * for an operation that itself shows and changes only what the actor reaches.
   */
  where: 'namespace' | 'everywhere' | 'anywhere';
}

export function hasRole(actor: Pick<Actor, 'role'>, role: Role): boolean {
  return roles.indexOf(actor.role) >= roles.indexOf(role);
}

export function isEverywhere({ namespaces }: Pick<Actor, 'namespaces'>): boolean {
  return namespaces.includes(everywhere);
}

/** True when each of these namespaces is one of the actor's; `*` is one of its own only. */
export function reaches(actor: Pick<Actor, 'namespaces'>, namespaces: readonly string[]): boolean {
  return isEverywhere(actor) || namespaces.every((one) => actor.namespaces.includes(one));
}

/** Null when the actor may; else what is missing, as a sentence that says the fix. */
export function refusalOf(actor: Actor, { role, where }: Requirement, namespace: string): string | null {
  if (where === 'everywhere' && !isEverywhere(actor))
    return `this concerns the whole cluster: it needs a key of role ${role} for all namespaces (${everywhere})`;
  if (where === 'namespace' && !reaches(actor, [namespace]))
    return `this key is for ${actor.namespaces.join(', ')}, not for the namespace "${namespace}"; name one of its own in \`Carillon-Namespace\``;
  return hasRole(actor, role) ? null : `this needs the role ${role}; the key is a ${actor.role}`;
}
