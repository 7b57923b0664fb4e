/** POST /v1/timers:cancel and /v1/timers:reschedule: many timers at once, by name or by filter. */
import Type, { type Static } from 'typebox';
import type { TimerFilter } from '../../../shared/timers/timer-filter.js';
import { invalidRequest, Problem } from '../plugins/problems.js';
import type { App } from '../plugins/validation.js';
import { bulkFields, type BulkAnswer, type BulkRequest } from '../schemas/bulk.js';
import { parseDuration } from '../schemas/duration.js';
import { formatInstant, formatInstantOrNull } from '../schemas/instant.js';
import { problemAnswers } from '../schemas/problem.js';
import { readingHeaders } from '../schemas/request.js';
import { kindFields, partFields } from '../schemas/schedule-request.js';
import { parseTimerFilter } from '../schemas/timer-filter.js';
import { carryOut, changeNamed, planBulk, type Asker, type Bite, type Operation } from '../timers/bulk.js';
import { cancel } from '../timers/cancellation.js';
import type { PlanSeal } from '../timers/plan-seal.js';
import { reschedule, type Move } from '../timers/rescheduling.js';
import { cancelExamples, rescheduleExamples } from './examples.js';
import type { WritingRoutes } from './timer-creation.js';

const planLifeMs = 900_000;
const shownProblems = 10;
const closed = { additionalProperties: false };
const howPlanned =
  'Named in `timers`, each has its own result. By `filter` (or `all: true`), first with `plan: true`, which answers how many and a token good for 15 minutes; then the same again with `token`, until the answer has no further one. Each call changes about a thousand. Timers created or changed after the plan was made are left out and counted, watchdogs apart.';

const moveFields = {
  to: Type.Optional(
    Type.Object(
      { ...kindFields, ...partFields },
      { ...closed, description: 'another "when", the same for all; exactly one of `to` and `by`' },
    ),
  ),
  by: Type.Optional(
    Type.String({
      pattern: '^[+-][0-9A-Za-z.,]{1,64}$',
      description: 'so much later (+PT1H) or earlier (-PT1H): what is due once, and `every` by its anchor',
      examples: ['+PT1H'],
    }),
  ),
};

const shared = {
  tags: ['Timers'],
  description: howPlanned,
  headers: readingHeaders,
  response: {
    200: Type.Ref('BulkAnswer#', { description: 'What was done, or would be.' }),
    ...problemAnswers('plan-void'),
  },
};

export interface BulkRoutes extends WritingRoutes {
  seal: PlanSeal;
}

export function addTimerBulk(app: App, options: BulkRoutes): void {
  const { desk, accept } = options;
  app.post(
    '/v1/timers::cancel',
    {
      schema: {
        ...shared,
        operationId: 'cancelTimers',
        summary: 'Cancel many timers',
        body: Type.Object(bulkFields, { ...closed, 'x-examples': cancelExamples }),
      },
    },
    async ({ id, namespace, actor, body }) => {
      accept();
      const operate: Operation = async (request) => (await cancel(desk, request)).timer;
      const asked = { action: 'cancel', operate, id, namespace, actor: actor.name };
      return answer(options, body, asked);
    },
  );
  app.post(
    '/v1/timers::reschedule',
    {
      schema: {
        ...shared,
        operationId: 'rescheduleTimers',
        summary: 'Reschedule many timers',
        // Of one of many it stands in its result.
        response: { ...shared.response, ...problemAnswers('plan-void', 'not-shiftable') },
        body: Type.Object({ ...bulkFields, ...moveFields }, { ...closed, 'x-examples': rescheduleExamples }),
      },
    },
    async ({ id, namespace, actor, body }) => {
      accept();
      const move = moveOf(body);
      const operate: Operation = (request) => reschedule(desk, { ...request, move });
      const asked = { action: ['reschedule', body.to, body.by], operate, id, namespace, actor: actor.name };
      return answer(options, body, asked);
    },
  );
}

type RescheduleBody = BulkRequest & Static<Type.TObject<typeof moveFields>>;

function moveOf({ to, by }: RescheduleBody): Move {
  const mistake = (pointer: string, detail: string): Problem =>
    invalidRequest([{ pointer, detail, in: 'body' }]);
  if ((to === undefined) === (by === undefined)) throw mistake('/by', 'give exactly one of `to` and `by`');
  if (to !== undefined) return { to };
  const parsed = parseDuration(by!.slice(1));
  if ('reason' in parsed) throw mistake('/by', parsed.reason);
  return { byMs: by!.startsWith('-') ? -parsed.ms : parsed.ms };
}

interface Asked {
  /** What the token has to be for, beside the filter. */
  action: unknown;
  operate: Operation;
  /** Of the request. */
  id: string;
  namespace: string;
  actor: string;
}

async function answer(routes: BulkRoutes, body: BulkRequest, asked: Asked): Promise<BulkAnswer> {
  const { timers, plan, token, reason = null } = body;
  const asker: Asker = { namespace: asked.namespace, actor: asked.actor, reason };
  checkMode(body);
  if (timers) {
    const results = await changeNamed(routes.desk, { ...asked, reason }, timers);
    return {
      results: results.map((result, i) =>
        result instanceof Problem
          ? { status: result.status, id: timers[i]!.id, error: result.document(asked.id) }
          : { status: 200, id: result.id, generation: result.generation },
      ),
    };
  }
  const filter = filterOf(body);
  const what = [asked.namespace, asked.actor, asked.action, Object.entries(filter).sort()];
  return plan
    ? planned(routes, what, { ...asker, filter })
    : carriedOut(routes, what, { ...asked, ...asker, filter, token: token! });
}

async function planned(
  { desk, seal }: BulkRoutes,
  what: unknown,
  { namespace, filter }: Asker & { filter: TimerFilter },
): Promise<BulkAnswer> {
  const madeAt = (await desk.clocks.of(namespace)).now();
  const { sample, ...found } = await planBulk(desk, namespace, filter);
  const until = desk.clock.now() + planLifeMs;
  return {
    plan: {
      ...found,
      sample: sample.map(({ id, state, next }) => ({
        id,
        state,
        nextDueAt: formatInstantOrNull(next && next.dueAt),
      })),
      token: await seal.seal(what, { madeAt, until, after: null }),
      expiresAt: formatInstant(until),
    },
  };
}

async function carriedOut(
  { desk, seal }: BulkRoutes,
  what: unknown,
  { token, id, ...request }: Asked & Asker & { filter: TimerFilter; token: string },
): Promise<BulkAnswer> {
  const plan = await seal.open(what, token);
  const now = desk.clock.now();
  if (!plan) throw new Problem('plan-void', 'the token was given for another request; make the plan anew');
  if (plan.until <= now) throw new Problem('plan-void', 'the plan is too old; make it anew');
  const { after, changed, leftOut, refused } = await carryOut(desk, { ...request, ...plan });
  return {
    outcome: {
      changed,
      leftOut,
      refused: refused.length,
      problems: shown(refused, id),
      token: after && (await seal.seal(what, { ...plan, after, until: now + planLifeMs })),
    },
  };
}

function shown(refused: Bite['refused'], requestId: string) {
  return refused
    .slice(0, shownProblems)
    .map(({ id, problem }) => ({ id, error: problem.document(requestId) }));
}

function filterOf({ filter = {} }: BulkRequest): TimerFilter {
  return parseTimerFilter(filter, { in: 'body', pointer: '/filter' });
}

/** What the schema cannot tell: which parts go together, and what is too much to be meant. */
function checkMode({ timers, filter, all, plan, token }: BulkRequest): void {
  const refuse = (pointer: string, detail: string): never => {
    throw invalidRequest([{ pointer, detail, in: 'body' }]);
  };
  if ([timers, filter, all].filter((one) => one !== undefined).length !== 1)
    refuse('/filter', 'give exactly one of `timers`, `filter` and `all`');
  if (timers && (plan || token !== undefined))
    refuse(plan ? '/plan' : '/token', 'goes with `filter` or `all`; named timers are changed at once');
  if (timers && new Set(timers.map(({ id }) => id)).size < timers.length)
    refuse('/timers', 'names a timer twice; each may be there once');
  if (!timers && (plan === undefined) === (token === undefined))
    refuse('/plan', 'comes first: send `plan: true`, then the same with the `token` of its answer instead');
  if (filter && Object.keys(filter).length === 0)
    refuse('/filter', 'is empty; say `all: true` if every open timer of the namespace is meant');
  if (filter?.state === 'completed' || filter?.state === 'cancelled')
    refuse('/filter/state', 'is closed; only what is active or paused can be changed');
}
