/** Results into files: results.json, a plot for each workload with lateness, and the document, formatted as the house does. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { projectRoot } from '../../../deploy/local/project-root.js';
import { documentOf, plotName } from './document.js';
import { plotOf } from './plot.js';
import type { Results } from './results.js';

/** Writes below docs/; answers the files, from the project's root. */
export async function writeResults(results: Results): Promise<string[]> {
  const folder = 'docs/performance';
  await mkdir(join(projectRoot, folder), { recursive: true });
  const plots = results.workloads
    .filter(({ rows }) => rows.some(({ lateness }) => lateness.length > 0))
    .map(({ name, title, rows }) => [`${folder}/${plotName(name)}`, plotOf(title, rows)] as const);
  const files = [
    [`${folder}/results.json`, await formatted('results.json', JSON.stringify(results))] as const,
    ...plots,
    ['docs/performance.md', await formattedDocument(results)] as const,
  ];
  for (const [file, text] of files) await writeFile(join(projectRoot, file), text);
  return files.map(([file]) => file);
}

export function formattedDocument(results: Results | null): Promise<string> {
  return formatted('performance.md', documentOf(results));
}

async function formatted(name: string, text: string): Promise<string> {
  const options = await resolveConfig(join(projectRoot, 'docs', name));
  return format(text, { ...options, filepath: name });
}
