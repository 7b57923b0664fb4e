/** `npm run up` and `npm run down`: the stack in Docker, where an engine answers; else a line that says what does without. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { run } from './command.js';
import { projectRoot } from './project-root.js';
import { dockerAnswers } from './servers/way.js';

const actions: Readonly<Record<string, readonly string[]>> = {
  up: ['up', '--build', '--detach', '--wait'],
  down: ['down'],
};

process.exitCode = await main(process.argv[2] ?? '');

async function main(name: string): Promise<number> {
  const action = actions[name];
  if (!action) return complain('usage: compose.js up|down');
  if (!(await dockerAnswers()))
    return complain(
      'No Docker engine answers here. Without Docker: npm start (one process) or npm run stack (all of it).',
    );
  const compose = await composeCommand();
  if (!compose)
    return complain(
      'Docker is here, its compose plugin is not: install docker-compose, or use npm run stack.',
    );
  const [command, ...args] = [...compose, ...action];
  const child = spawn(command!, args, { cwd: projectRoot, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

async function composeCommand(): Promise<readonly string[] | null> {
  for (const command of [['docker', 'compose'], ['docker-compose']] as const) {
    const [program, ...args] = command;
    const answers = await run(program, [...args, 'version']).catch(() => null);
    if (answers !== null) return command;
  }
  return null;
}

function complain(line: string): number {
  console.error(line);
  return 1;
}
