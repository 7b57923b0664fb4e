/** What a command of the CLI reaches in tests: the API on a port, and everything it wrote. */
import { run } from '../../clients/cli/program.js';
import type { World } from '../../clients/cli/command.js';
import { serveApi, type ServedApi } from './served-api.js';

export interface Ran {
  code: number;
  out: string;
  complaints: string;
}

export interface CommandWorld extends ServedApi {
  /** Runs a command as it would be typed, split at spaces; what has some within comes as a list. */
  type(line: string | string[], changed?: Partial<World>): Promise<Ran>;
  launched: (readonly string[])[];
  files: Record<string, string>;
}

export async function setup(): Promise<CommandWorld> {
  const api = await serveApi();
  const launched: (readonly string[])[] = [];
  const files: Record<string, string> = {};
  async function type(line: string | string[], changed: Partial<World> = {}): Promise<Ran> {
    const ran: Ran = { code: 0, out: '', complaints: '' };
    ran.code = await run(typeof line === 'string' ? line.split(' ').filter(Boolean) : line, {
      environment: { CARILLON_URL: api.url },
      out: (text) => void (ran.out += text),
      complain: (text) => void (ran.complaints += text),
      readText: (path) =>
        path in files ? Promise.resolve(files[path]!) : Promise.reject(new Error(`no file ${path}`)),
      wait: () => Promise.resolve(),
      signal: new AbortController().signal,
      launch: async (words) => void launched.push(words),
      ...changed,
    });
    return ran;
  }
  return { ...api, type, launched, files };
}
