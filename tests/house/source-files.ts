/** The project's own files, as the house tests see them: what a clone holds, without what is built or installed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

export const projectRoot = join(import.meta.dirname, '..', '..');

const notOurs = new Set(['node_modules', 'build', 'coverage', 'data', '.git', '.env', 'package-lock.json']);

/** Every file, as a path from the project's root with forward slashes, sorted. */
export function projectFiles(folder = projectRoot): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !notOurs.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? projectFiles(path) : [relative(projectRoot, path).split(sep).join('/')];
    })
    .sort();
}

/** The TypeScript files of these top folders; of all that hold code unless told. */
export function sourceFiles(
  folders: readonly string[] = ['services', 'shared', 'clients', 'deploy', 'tests'],
): string[] {
  return projectFiles().filter((file) => file.endsWith('.ts') && folders.includes(file.split('/')[0]!));
}

export function readProjectFile(file: string): string {
  return readFileSync(join(projectRoot, file), 'utf8');
}
