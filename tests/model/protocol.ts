/** The protocol as a system to explore: all rules, all invariants, what counts as a good end. */
import type { Step, System } from './explore.js';
import { decode, encode, widthOf } from './encoding.js';
import { forgetting, mayForget } from './forgetting.js';
import { brokenState, brokenStep } from './invariants.js';
import { initialState, isOpen, type Setting, type State } from './model.js';
import { lifeAndDeath, tick, untilPasses } from './process.js';
import { vanish } from './queue.js';
import { finish, recordLost, takeOver } from './rescuer.js';
import { claim, claimAgain, close, publish } from './scheduler.js';
import type { Rule } from './step.js';
import { wish } from './user.js';
import { call, record, reply, settle, startAdmitted, takeMessages } from './worker.js';

const rules: readonly Rule[] = [
  tick,
  claim,
  claimAgain,
  publish,
  close,
  takeMessages,
  startAdmitted,
  call,
  reply,
  record,
  settle,
  takeOver,
  recordLost,
  finish,
  untilPasses,
  wish,
  vanish,
  lifeAndDeath,
];

export function protocol(setting: Setting): System<State> {
  const { world } = setting;
  return {
    initial: initialState(setting),
    width: widthOf(world),
    encode,
    decode: (bytes) => decode(bytes, world),
    steps: (state) => stepsFrom(state, setting),
    broken: (state) => brokenState(state, world),
    isGoodEnd,
    wayLost: 'NotLost',
  };
}

function stepsFrom(state: State, setting: Setting): Step<State>[] {
  const steps: Step<State>[] = [];
  const forgets = mayForget(setting);
  for (const rule of rules)
    rule(state, setting, ({ kind, says, event }, next) => {
      steps.push({ kind, says, next: forgets ? forgetting(next) : next, breaks: brokenStep(state, event) });
    });
  return steps;
}

/** All is settled; a timer that stays paused has nothing under way and may keep what waits. */
function isGoodEnd({ timer, executions }: State): boolean {
  if (timer.state === 'paused') return executions.every(({ state }) => state !== 'running');
  return timer.state !== 'active' && !executions.some(isOpen);
}
