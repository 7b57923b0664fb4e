/** What a file must be called and how it must begin. */

const vague = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'types', 'misc', 'index']);
/** A comment's line that ends in a rule; the arrows of a diagram end in a head or a corner. */
const banner = /^\s*(?:\/\/|\/?\*).*[─━═=*#~-]{10,}\s*(?:\*\/)?$/;
const machinePath = /(?:^|[\s'"`(=:])\/(?:work|farm|root|home\/(?!node\b)\w+|Users\/\w+)(?:\/|\b)/;

export function nameComplaints(file: string): string[] {
  const parts = file.split('/');
  const stems = parts.map((part) => part.replace(/\.ts$/, ''));
  return [
    ...stems.filter((stem) => vague.has(stem)).map((stem) => `${file}: "${stem}" says nothing`),
    ...stems
      .filter((stem) => !/^[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(stem))
      .map((stem) => `${file}: "${stem}" is not kebab-case`),
  ];
}

/** A source says in a comment at its head what it is; a test says it in its titles. */
export function headComplaints(file: string, text: string): string[] {
  if (file.endsWith('.test.ts')) return [];
  return /^(?:#!.*\n)?\/\*\*/.test(text) ? [] : [`${file} does not open with what it is`];
}

export function bannerComplaints(file: string, text: string): string[] {
  return linesWhere(text, banner).map((line) => `${file}:${line} is a banner`);
}

export function pathComplaints(file: string, text: string): string[] {
  return linesWhere(text, machinePath).map((line) => `${file}:${line} names a path of one machine`);
}

function linesWhere(text: string, pattern: RegExp): number[] {
  return text.split('\n').flatMap((line, i) => (pattern.test(line) ? [i + 1] : []));
}
