/** API keys: make, list, read, rotate, revoke. Who may reach which is for the desk to say. */
import Type, { type Static } from 'typebox';
import type { ApiKey } from '../../../shared/store/keys.js';
import { everywhere } from '../access/actor.js';
import {
  createKey,
  listKeys,
  readKey,
  revokeKey,
  rotateKey,
  type KeyDesk,
  type KeyWish,
  type ShownKey,
} from '../access/key-desk.js';
import { Mistakes } from '../definition/mistakes.js';
import { invalidRequest } from '../plugins/problems.js';
import type { App } from '../plugins/validation.js';
import { formatInstant, formatInstantOrNull, parseInstant } from '../schemas/instant.js';
import { keyId, keyRequest, rotationRequest, type KeyAnswer } from '../schemas/key.js';
import { decodeCursor, defaultLimit, encodeCursor, pageQuery } from '../schemas/page.js';
import { problemAnswers } from '../schemas/problem.js';
import { keyExamples, rotationExamples } from './examples.js';
import { bodyMayBeMissing } from './optional-body.js';

const tags = ['Keys'];
const url = '/v1/keys/:id';
const params = Type.Object({ id: keyId });
const dayMs = 86_400_000;
const overlapBounds = { min: 0, max: 30 * dayMs, bounds: '0 to 30 days' };
const shown = (description: string) => Type.Ref('ShownApiKey#', { description });

export interface KeyRoutes {
  desk: KeyDesk;
  /** Throws the problem while nothing may be accepted. */
  accept: () => void;
}

export function addKeyRoutes(app: App, options: KeyRoutes): void {
  addCreation(app, options);
  addRotation(app, options);
  addRevocation(app, options);
  addReading(app, options);
  addList(app, options);
}

function addCreation(app: App, { desk, accept }: KeyRoutes): void {
  app.post(
    '/v1/keys',
    {
      schema: {
        tags,
        operationId: 'createKey',
        summary: 'Make an API key',
        description:
          'Answers its secret, once. An admin makes keys for its own namespaces; for all of them (`*`) an admin of all.',
        body: { ...keyRequest, 'x-examples': keyExamples },
        response: { 201: shown('The key, with its secret.'), ...problemAnswers('too-many-keys') },
      },
    },
    async ({ actor, body }, reply) => {
      accept();
      const made = await createKey(desk, actor, wishOf(body, desk.clock.now()));
      reply.code(201).header('location', `/v1/keys/${made.key.id}`);
      return describeShown(made);
    },
  );
}

function addRotation(app: App, { desk, accept }: KeyRoutes): void {
  app.post(
    '/v1/keys/:id/rotate',
    {
      preValidation: bodyMayBeMissing,
      schema: {
        tags,
        operationId: 'rotateKey',
        summary: 'Give a key a new secret',
        description:
          'Answers the new secret, once. The present one stays good for `overlap`, so that it can be replaced where it is used; one that was rotated out before ends now.',
        params,
        body: { ...rotationRequest, 'x-examples': rotationExamples },
        response: { 200: shown('The key, with its new secret.'), ...problemAnswers('key-not-found') },
      },
    },
    async ({ actor, params: { id }, body }) => {
      accept();
      const mistakes = new Mistakes();
      const overlapMs = mistakes.duration('/overlap', body.overlap ?? dayMs, overlapBounds);
      if (mistakes.list.length > 0) throw invalidRequest(mistakes.list);
      return describeShown(await rotateKey(desk, actor, { id, overlapMs }));
    },
  );
}

function addRevocation(app: App, { desk, accept }: KeyRoutes): void {
  app.delete(
    url,
    {
      schema: {
        tags,
        operationId: 'revokeKey',
        summary: 'Revoke a key',
        description: 'It is removed. Every process of the API refuses it within 5 seconds.',
        params,
        response: { 204: Type.Null({ description: 'It is gone.' }), ...problemAnswers('key-not-found') },
      },
    },
    async ({ actor, params: { id } }, reply) => {
      accept();
      await revokeKey(desk, actor, id);
      return reply.code(204).send(null);
    },
  );
}

function addReading(app: App, { desk }: KeyRoutes): void {
  app.get(
    url,
    {
      schema: {
        tags,
        operationId: 'getKey',
        summary: 'Read a key',
        params,
        response: {
          200: Type.Ref('ApiKey#', { description: 'The key, without its secret.' }),
          ...problemAnswers('key-not-found'),
        },
      },
    },
    async ({ actor, params: { id } }) => describe(await readKey(desk, actor, id)),
  );
}

function addList(app: App, { desk }: KeyRoutes): void {
  app.get(
    '/v1/keys',
    {
      schema: {
        tags,
        operationId: 'listKeys',
        summary: 'List keys',
        description: 'Those all of whose namespaces are your own, in the order of their ids.',
        querystring: Type.Object(pageQuery, { additionalProperties: false }),
        response: {
          200: Type.Ref('ApiKeyPage#', { description: 'A page of keys.' }),
        },
      },
    },
    async ({ actor, query: { cursor, limit = defaultLimit } }) => {
      const list = { of: 'keys', within: actor.namespaces };
      const after = cursor === undefined ? null : decodeCursor(list, cursor).id;
      const rows = await listKeys(desk, actor, { after, limit: limit + 1 });
      const data = rows.slice(0, limit);
      const last = rows.length > limit ? data.at(-1) : undefined;
      const nextCursor = last ? encodeCursor(list, { at: last.createdAt, id: last.id }) : null;
      return { data: data.map(describe), nextCursor };
    },
  );
}

/** Throws the problem of what the schema cannot say. */
function wishOf(sent: Static<typeof keyRequest>, now: number): KeyWish {
  const mistakes = new Mistakes();
  const { name, role, description = null } = sent;
  const namespaces = [...new Set(sent.namespaces)].sort();
  if (namespaces.includes(everywhere) && namespaces.length > 1)
    mistakes.add('/namespaces', `has \`${everywhere}\` beside names; it stands alone, for all of them`);
  const expiresAt = sent.expiresAt === undefined ? null : instantOf(sent.expiresAt, { now, mistakes });
  if (mistakes.list.length > 0) throw invalidRequest(mistakes.list);
  return { name, description, role, namespaces, expiresAt };
}

function instantOf(text: string, { now, mistakes }: { now: number; mistakes: Mistakes }): number | null {
  const parsed = parseInstant(text);
  if ('at' in parsed && parsed.at > now) return parsed.at;
  mistakes.add(
    '/expiresAt',
    'reason' in parsed ? parsed.reason : 'is not ahead; the key would never be good',
  );
  return null;
}

function describe(key: ApiKey): KeyAnswer {
  const { id, name, description, role, namespaces, createdBy } = key;
  return {
    ...{ id, name, description, role, namespaces, createdBy },
    createdAt: formatInstant(key.createdAt),
    rotatedAt: formatInstantOrNull(key.rotatedAt),
    previousUntil: formatInstantOrNull(key.previous?.until ?? null),
    expiresAt: formatInstantOrNull(key.expiresAt),
    lastUsedAt: formatInstantOrNull(key.lastUsedAt),
  };
}

function describeShown({ key, secret }: ShownKey): KeyAnswer & { secret: string } {
  return { ...describe(key), secret };
}
