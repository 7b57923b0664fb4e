/** What can be said to the demonstration, one command at a time, or several as a story: "kill leader; wait election". Pure. */

/** Those that are about one scheduler, by number, by id, or as `leader`. */
export const blows = ['kill', 'start', 'freeze', 'thaw', 'cut', 'heal', 'remove'] as const;
export type Blow = (typeof blows)[number];

export const waits = ['election', 'handover', 'settings'] as const;
export type Wait = (typeof waits)[number];

/** `last` is whoever the command before was about. */
export type Whom = { id: string } | 'leader' | 'last';

export type Command =
  | { kind: Blow; whom: Whom }
  | { kind: 'wait'; wait: Wait }
  | { kind: 'add' }
  | { kind: 'settings' }
  | { kind: 'quit' };

export const commandHelp =
  'kill N, start N, freeze N, thaw N, cut N, heal N, add, remove N, settings, quit; N: a number, leader, or last';

/** An election, a handover for one that comes back, one for a newcomer, and settings that switch. */
export const usualStory =
  'wait handover; kill leader; wait election; wait handover; start last; wait handover; add; wait handover; settings; wait settings';

/** Throws, with the commands there are, for one that is none. */
export function parseCommand(text: string): Command {
  const [word = '', operand, ...more] = text.trim().toLowerCase().split(/\s+/);
  const wrong = new Error(`${JSON.stringify(text.trim())} is none of: ${commandHelp}`);
  if (more.length > 0) throw wrong;
  if (word === 'add' || word === 'settings' || word === 'quit') {
    if (operand !== undefined) throw wrong;
    return { kind: word };
  }
  const wait = waits.find((one) => one === operand);
  if (word === 'wait' && wait) return { kind: 'wait', wait };
  const blow = blows.find((one) => one === word);
  const whom = whomOf(operand);
  if (!blow || !whom) throw wrong;
  return { kind: blow, whom };
}

/** Throws for a story of which one command is none. */
export function parseStory(text: string): Command[] {
  return text
    .split(';')
    .filter((one) => one.trim() !== '')
    .map(parseCommand);
}

function whomOf(operand: string | undefined): Whom | null {
  if (operand === 'leader' || operand === 'last') return operand;
  const [, number] = /^(?:scheduler-)?([1-9]\d*)$/.exec(operand ?? '') ?? [];
  return number === undefined ? null : { id: `scheduler-${number}` };
}
