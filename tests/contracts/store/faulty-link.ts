/**
 * A store behind a link that can lose what is said on it, the same store past that link, and the two ways in which a call
 * may go on whose write took place but whose reply was lost: to ask again, or to be given up and repeated later.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMongoStore } from '../../../shared/store/mongo/mongo-store.js';
import type { Store } from '../../../shared/store/store.js';
import { eventually } from '../../support/eventually.js';
import { dropDatabase, mongoUrl, primaryAddress, randomDatabase } from '../../support/mongodb.js';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.js';

export interface World {
  /** Reaches the server through the link. */
  store: Store;
  link: TcpProxy;
  /** Reaches the same database past the link. */
  beside: Store;
  database: string;
}

export async function setupWorld(): Promise<World> {
  const database = randomDatabase();
  const link = await startTcpProxy(await primaryAddress());
  const store = await openMongoStore({ url: urlThrough(link), database });
  const beside = await openMongoStore({ url: mongoUrl(), database });
  onTestFinished(async () => {
    link.heal();
    await store.close();
    await beside.close();
    await link.close();
    await dropDatabase(database);
  });
  return { store, link, beside, database };
}

/** Without directConnection the driver would learn the members' own addresses and go past the link. */
export function urlThrough({ port }: TcpProxy): string {
  return `mongodb://127.0.0.1:${port}/?directConnection=true`;
}

export const unavailable = { code: 'store-unavailable', retryable: true };

/** A call of which one reply is lost. */
export interface Case {
  /** In the request whose reply is lost. */
  text: string;
  call(): Promise<unknown>;
  /** True once the server has done what that request asks. */
  written(): Promise<boolean>;
  answer: unknown;
  /** What a repeat is answered after the call was given up. */
  again: unknown;
  /** How things stand in the end, whichever way they came there. */
  check(): Promise<void>;
}

/** Resolves when the write has taken place and its reply is lost for good; the link is then cut. */
async function loseReply({ link }: World, { written }: Case): Promise<void> {
  await eventually('the write takes place', written);
  link.cut();
}

export function losesReplies(cases: Record<string, (world: World) => Promise<Case>>): void {
  describe('committed, but the reply was lost:', () => {
    const titles = Object.keys(cases);

    it.each(titles)('%s asks again and answers as if nothing had happened', async (title) => {
      const world = await setupWorld();
      const arranged = await cases[title]!(world);

      world.link.muteAfter(arranged.text);
      const answer = arranged.call().catch((error: unknown) => error);
      await loseReply(world, arranged);
      world.link.heal();

      expect(await answer).toEqual(arranged.answer);
      await arranged.check();
    });

    it.each(titles)('%s fails when the link stays away, and may be repeated later', async (title) => {
      const world = await setupWorld();
      const arranged = await cases[title]!(world);

      world.link.muteAfter(arranged.text);
      const failure = arranged.call().catch((error: unknown) => error);
      await loseReply(world, arranged);

      expect(await failure).toMatchObject(unavailable);
      world.link.heal();
      await eventually('the store is back', () => answers(world.store));
      expect(await arranged.call()).toEqual(arranged.again);
      await arranged.check();
    });
  });
}

export async function answers(store: Store): Promise<boolean> {
  return store.ping().then(
    () => true,
    () => false,
  );
}
