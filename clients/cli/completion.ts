/** Shell completion, written from the table of commands (pure): words of commands, options, and values that are known. */
import { optionsOf, type Command } from './command.js';

export const shells = ['bash', 'zsh'] as const;

/** A script for the shell to read. */
export function completionScript(shell: (typeof shells)[number], commands: readonly Command[]): string {
  const offers = offersOf(commands);
  return shell === 'bash' ? bash(offers) : zsh(offers);
}

/** What may follow, by what stands before it; the first that fits counts. */
interface Offer {
  before: string;
  /** Between `before` and the word there may be others, of which this is the last. */
  option?: string;
  /** `before` is all there is. */
  exact?: boolean;
  words: readonly string[];
}

function offersOf(commands: readonly Command[]): Offer[] {
  const firsts = commands.map(({ name }) => name.split(' ')[0]!);
  const groups = [...new Set(commands.filter(({ name }) => name.includes(' ')).map(groupOf))];
  return [
    { before: '', exact: true, words: [...new Set(firsts)] },
    ...groups.map((group) => ({
      before: group,
      exact: true,
      words: commands.filter((command) => groupOf(command) === group).map(({ name }) => name.split(' ')[1]!),
    })),
    ...commands.flatMap((command) => {
      const options = Object.entries(optionsOf(command));
      const values = options.flatMap(([name, { choices }]) =>
        choices ? [{ before: command.name, option: `--${name}`, words: choices }] : [],
      );
      return [...values, { before: command.name, words: options.map(([name]) => `--${name}`) }];
    }),
  ];
}

function groupOf({ name }: Command): string {
  return name.split(' ')[0]!;
}

function pattern({ before, option, exact = false }: Offer): string {
  if (exact) return `"${before}"`;
  return option ? `"${before} "*"${option}"|"${before} ${option}"` : `"${before}"*`;
}

function bash(offers: readonly Offer[]): string {
  return `# eval "$(carillon completion bash)"
_carillon() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[*]:1:COMP_CWORD-1}" words=""
  case "$before" in
${offers.map((offer) => `    ${pattern(offer)}) words="${offer.words.join(' ')}" ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _carillon carillon
`;
}

function zsh(offers: readonly Offer[]): string {
  return `#compdef carillon
# eval "$(carillon completion zsh)"
_carillon() {
  local before="\${(j: :)words[2,CURRENT-1]}"
  local -a offers
  case "$before" in
${offers.map((offer) => `    (${pattern(offer)}) offers=(${offer.words.join(' ')}) ;;`).join('\n')}
  esac
  compadd -a offers || _files
}
compdef _carillon carillon
`;
}
