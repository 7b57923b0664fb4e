/** Help, from the table of commands (pure). */
import { optionsOf, type Command, type Options } from './command.js';
import { textTable } from './text-table.js';

const codes = `Exit codes: 0 done, 1 refused or failed, 2 the command line is wrong, 3 no answer from the API.`;

/** All commands, or those of one group such as `timers`. */
export function overview(commands: readonly Command[], group?: string): string {
  const shown = commands.filter(({ name }) => group === undefined || name.startsWith(`${group} `));
  const rows = shown.map(({ name, positionals = [], summary }) => [
    `  carillon ${[name, ...positionals].join(' ')}`,
    summary,
  ]);
  return `${textTable(rows)}

carillon COMMAND --help tells more of each. CARILLON_URL, CARILLON_NAMESPACE and CARILLON_KEY say where and as whom.
${codes}
`;
}

export function helpOf(command: Command): string {
  const { name, summary, positionals = [], examples = [] } = command;
  const parts = [
    `carillon ${[name, ...positionals].join(' ')} [options]\n\n${summary}.`,
    textTable(optionRows(optionsOf(command))),
    ...(examples.length > 0 ? [examples.map((example) => `  ${example}`).join('\n')] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

function optionRows(options: Options): string[][] {
  return Object.entries(options).map(([name, { value, help, multiple, choices }]) => [
    `  --${name}${value ? ` ${value}` : ''}`,
    [help, choices && `: ${choices.join(', ')}`, multiple && '; may be repeated'].filter(Boolean).join(''),
  ]);
}
