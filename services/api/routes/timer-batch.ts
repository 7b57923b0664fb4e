/** POST /v1/timers:batch: many timers in one request, each with its own result; one bad item spoils no other. */
import Type, { type Static } from 'typebox';
import { invalidRequest, Problem, problemOf } from '../plugins/problems.js';
import { checkerOf, type App } from '../plugins/validation.js';
import { creatingHeaders } from '../schemas/request.js';
import { timerCreation } from '../schemas/timer-request.js';
import { create } from '../timers/creation.js';
import type { Desk } from '../timers/desk.js';
import { batchExamples } from './examples.js';
import type { WritingRoutes } from './timer-creation.js';

const bounds = { minItems: 1, maxItems: 1_000, description: '1 to 1000 timers, each as for POST /v1/timers' };
const closed = { additionalProperties: false };
/** The items are checked one by one, so that each has its own result. */
const checkedBody = Type.Object({ timers: Type.Array(Type.Unknown(), bounds) }, closed);
const documentedBody = Type.Object({ timers: Type.Array(timerCreation, bounds) }, closed);
const checkItem = checkerOf(timerCreation, 'body');

const resultSchema = Type.Object({
  status: Type.Integer({ description: '201, or the status of the problem in `error`' }),
  id: Type.Optional(Type.String({ description: 'of the timer, where the status is 201' })),
  error: Type.Optional(Type.Ref('Problem#')),
});
type BatchResult = Static<typeof resultSchema>;

export function addTimerBatchRoute(app: App, { desk, accept, exampleUrl }: WritingRoutes): void {
  const schema = {
    tags: ['Timers'],
    operationId: 'createTimers',
    summary: 'Create up to 1000 timers',
    description:
      'Answers 200 with one result per item, in order. With an `Idempotency-Key` the whole request may be repeated: what it created before is not created again.',
    headers: creatingHeaders,
    body: checkedBody,
    response: {
      200: Type.Object({ results: Type.Array(resultSchema) }, { description: 'What became of each item.' }),
    },
  };
  const documented = { ...schema, body: { ...documentedBody, 'x-examples': batchExamples(exampleUrl) } };
  app.post(
    '/v1/timers::batch',
    { schema, config: { swaggerTransform: ({ url }) => ({ schema: documented, url }) } },
    async ({ id, namespace, actor, headers, body }) => {
      accept();
      const context = { desk, namespace, actor: actor.name, key: headers['idempotency-key'] };
      const made = await Promise.all(body.timers.map((sent, i) => createItem(context, sent, i)));
      return { results: resultsOf(made, id) };
    },
  );
}

interface BatchContext {
  desk: Desk;
  namespace: string;
  actor: string;
  key: string | undefined;
}

/** Answers the id of the timer, or why there is none. */
async function createItem(
  { desk, key, ...context }: BatchContext,
  item: unknown,
  i: number,
): Promise<string | Problem> {
  try {
    const checked = checkItem(item);
    if ('mistakes' in checked) throw invalidRequest(checked.mistakes);
    const { timer } = await create(desk, { ...context, sent: checked.value, key: key && `${key}/${i}` });
    return timer.id;
  } catch (error) {
    const problem = problemOf(error);
    const errors = problem.errors?.map((mistake) => ({
      ...mistake,
      pointer: `/timers/${i}${mistake.pointer}`,
    }));
    return errors ? invalidRequest(errors) : problem;
  }
}

/** One result per item; where nothing at all was done because the store is away, that is the answer. */
function resultsOf(made: (string | Problem)[], requestId: string): BatchResult[] {
  const [first] = made;
  if (first instanceof Problem && made.every((one) => one instanceof Problem && one.status === 503))
    throw first;
  return made.map((one) =>
    one instanceof Problem
      ? { status: one.status, error: one.document(requestId) }
      : { status: 201, id: one },
  );
}
