/**
 * `npm run demo:cluster`: five schedulers on this machine to be killed, frozen, cut off and added to, with a live view of
 * who leads and who owns what. Where the output is no terminal, or with --script, it plays a story and ends.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { watchInterruption } from '../../shared/process/interruption.js';
import { coordinations, type Coordination } from './brokers.js';
import { parseStory, usualStory, type Command } from './demo/commands.js';
import { playStory } from './demo/play.js';
import { Stage } from './demo/stage.js';
import { runTerminal } from './demo/terminal.js';
import { startStack } from './local-stack.js';

const usage = `npm run demo:cluster -- [options]
  --coordination raft  how schedulers elect one: ${coordinations.filter((one) => one !== 'single').join(', ')}
  --schedulers 5       3 to 9
  --script STORY       plays a story instead of taking commands, for instance
                       "${usualStory}"`;

interface DemoArguments {
  coordination: Exclude<Coordination, 'single'>;
  schedulers: number;
  story: Command[] | null;
}

const { signal } = watchInterruption(() => process.exit(1));
try {
  const given = readArguments();
  if (given) await demonstrate(given);
  else console.log(usage);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function demonstrate({ coordination, schedulers, story }: DemoArguments): Promise<void> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'carillon-demo-'));
  console.log(
    `starting ${schedulers} schedulers (${coordination}) and what they need; logs in ${dataFolder}`,
  );
  const said: string[] = [];
  const say = (line: string): void => void (story ? console.log(line) : said.push(line));
  try {
    const environment = () => ({
      CARILLON_FAULTS: 'on',
      CARILLON_FRESHNESS_MS: '3000',
      CARILLON_SETTINGS_LEAD_MS: '7500',
    });
    const counts = { apis: 1, schedulers, workers: 2 };
    const stack = await startStack({
      ...counts,
      dataFolder,
      coordination,
      ring: 'shared',
      environment,
      signal,
    });
    const stage = new Stage(stack, say);
    try {
      if (story) await playStory({ stack, stage, say }, story, signal);
      else await runTerminal({ stack, stage, said }, signal);
    } finally {
      console.log('stopping');
      await stage.thawAll();
      await stack.stop();
    }
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
}

/** Null when help was asked for. */
function readArguments(): DemoArguments | null {
  const { values } = parseArgs({
    options: {
      coordination: { type: 'string', default: 'raft' },
      schedulers: { type: 'string', default: '5' },
      script: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const coordination = coordinations.find((one) => one === values.coordination);
  if (!coordination || coordination === 'single')
    throw new Error(
      `--coordination must be raft, ranked or zookeeper, not ${JSON.stringify(values.coordination)}`,
    );
  if (!/^[3-9]$/.test(values.schedulers)) throw new Error('--schedulers must be a whole number from 3 to 9');
  const script = values.script ?? (process.stdout.isTTY && process.stdin.isTTY ? null : usualStory);
  return {
    coordination,
    schedulers: Number(values.schedulers),
    story: script === null ? null : parseStory(script),
  };
}
