/**
 * The door of a running stack, through which other commands change its size: HTTP on a socket in the file system that
 * only its owner may open, so that nothing on a network and no page in a browser comes in. Its place follows from the
 * data folder but is not in it, since the paths of sockets must be short.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, realpathSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { SizeChange } from './arguments.js';
import type { Stack } from './local-stack.js';

/** A line for a person, either way. */
type Answer = { done: string } | { refused: string };

/** Opens the door of this stack; answers a function that closes it. */
export async function openStackDoor(stack: Stack): Promise<() => void> {
  const path = socketPath(stack.dataFolder);
  // The lock on the folder is ours: what lies there was left behind by a stack that was killed.
  rmSync(path, { force: true });
  const server = http.createServer((request, response) => {
    void answer(stack, request).then((text) => response.end(JSON.stringify(text)));
  });
  server.listen(path);
  await once(server, 'listening');
  chmodSync(path, 0o600);
  return () => {
    server.close();
    server.closeAllConnections();
    rmSync(path, { force: true });
  };
}

/** Changes the size of the stack that runs on `dataFolder`. Resolves with what was done; rejects with why not. */
export async function resizeStack(dataFolder: string, change: SizeChange): Promise<string> {
  const answered = await ask(dataFolder, change).catch((error: unknown) => {
    throw new Error(`no stack is up on ${dataFolder} (npm run stack -- --data ${dataFolder} starts one)`, {
      cause: error,
    });
  });
  if ('refused' in answered) throw new Error(answered.refused);
  return answered.done;
}

async function answer(stack: Stack, request: http.IncomingMessage): Promise<Answer> {
  try {
    const change = (await json(request)) as SizeChange;
    if ('remove' in change) {
      await stack.remove(change.remove);
      return { done: `${change.remove} was removed` };
    }
    const { id, url, adminUrl } = await stack.add(change.add);
    return { done: `${id} was added, at ${url ?? adminUrl}` };
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

async function ask(dataFolder: string, change: SizeChange): Promise<Answer> {
  const request = http.request({ socketPath: socketPath(dataFolder), method: 'POST' });
  request.end(JSON.stringify(change));
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return (await json(response)) as Answer;
}

/** Throws when there is no such folder. */
function socketPath(dataFolder: string): string {
  const name = createHash('sha256').update(realpathSync(dataFolder)).digest('hex').slice(0, 16);
  return join(tmpdir(), `carillon-${name}.sock`);
}
