/**
 * The text of .env.sample, made from the schemas: each variable with what it means and its default. All stand commented
 * out, so that the file copied unedited is a configuration that works, and shows what could be changed.
 */
import type { TObject, TSchema } from 'typebox';
import { variableName } from './load.js';

export interface SampleSection {
  title: string;
  schema: TObject;
}

const head = `# Configuration of Carillon, read from the environment and from a file .env in the working directory.
# Made from the schemas by \`npm run env_sample\`. Each line shows its default, or nothing where there is none:
# copied to .env unedited, it fits every service started by hand on one machine.`;

export function sampleOf(sections: readonly SampleSection[]): string {
  return `${[head, ...sections.map(sectionText)].join('\n\n')}\n`;
}

function sectionText({ title, schema }: SampleSection): string {
  const rows = Object.entries<TSchema>(schema.properties).map(([property, rule]) => rowText(property, rule));
  return [`## ${title}`, ...rows].join('\n\n');
}

function rowText(property: string, rule: TSchema): string {
  const { default: value, description = '' } = rule as { default?: unknown; description?: string };
  return `# ${description}\n#${variableName(property)}=${valueText(value)}`;
}

/** As `loadConfig` reads it: a list is separated by commas. */
function valueText(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
