/** What the documents say that can be held against the project: links, commands. */
import { posix } from 'node:path';

/** Relative targets of a document's links, as paths from the project's root. */
export function linksOf(document: string, text: string): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  return targets
    .filter((target) => !/^(?:[a-z]+:|#)/.test(target))
    .map((target) => posix.join(posix.dirname(document), target.replace(/#.*$/, '')));
}

/** The scripts that a document tells to run with npm. */
export function scriptsOf(text: string): string[] {
  const named = [...text.matchAll(/\bnpm (?:run (?:--silent )?([\w:]+)|(start|test)\b)/g)];
  return [...new Set(named.map(([, script, short]) => script ?? short!))];
}

/** The files that a document tells to run with node. */
export function commandsOf(text: string): string[] {
  return [...text.matchAll(/\bnode (build\/\S+\.js)\b/g)].map(([, file]) => file!);
}
