/** Where the project lies, whether this code runs from `deploy/` under vitest or compiled from `build/`. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest folder at or above this file that holds a package.json. */
function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error('no package.json above ' + import.meta.dirname);
  return findRoot(above);
}

export const projectRoot = findRoot(import.meta.dirname);
