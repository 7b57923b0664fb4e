/** The test clock of a namespace, in development mode: read it, make it, move it on, take it away. */
import Type, { type Static } from 'typebox';
import type { TestClock } from '../../../shared/store/test-clocks.js';
import {
  advanceTestClock,
  readTestClock,
  removeTestClock,
  setTestClock,
  type Advance,
  type TestClockDesk,
} from '../clocks/test-clock.js';
import { Mistakes } from '../definition/mistakes.js';
import { farthestMs } from '../definition/schedule.js';
import { invalidRequest, Problem } from '../plugins/problems.js';
import type { App } from '../plugins/validation.js';
import { advanceRequest, clockRequest, type clockAnswer } from '../schemas/actions.js';
import { formatInstant, parseInstant } from '../schemas/instant.js';
import { problemAnswers } from '../schemas/problem.js';
import { namespaceName } from '../schemas/request.js';
import { advanceExamples, clockExamples } from './examples.js';

const tags = ['Test clocks'];
const url = '/v1/namespaces/:ns/clock';
const params = Type.Object({ ns: namespaceName });
const byBounds = { min: 0, max: farthestMs, bounds: 'at most 10 years' };
const clockReply = (description: string) => Type.Ref('TestClock#', { description });

export interface TestClockRoutes {
  desk: TestClockDesk;
  /** Throws the problem while nothing may be accepted. */
  accept: () => void;
  mode: 'development' | 'production';
}

/** In production mode each of them is there and refuses, so that nobody takes it for a wrong path. */
export function addTestClock(app: App, options: TestClockRoutes): void {
  addReading(app, options);
  addMaking(app, options);
  addRemoval(app, options);
  addAdvance(app, options);
}

/** A `preValidation` hook. */
function refuseIn(mode: TestClockRoutes['mode']) {
  return (_request: unknown, _reply: unknown, done: (error?: Error) => void): void => {
    if (mode === 'development') return done();
    done(new Problem('test-clock-refused', 'test clocks are there in development mode only'));
  };
}

function addReading(app: App, { desk, mode }: TestClockRoutes): void {
  app.get(
    url,
    {
      preValidation: refuseIn(mode),
      schema: {
        tags,
        operationId: 'getTestClock',
        summary: 'Read the test clock of a namespace',
        params,
        response: {
          200: clockReply('Where it stands.'),
          ...problemAnswers('test-clock-refused', 'test-clock-not-found'),
        },
      },
    },
    async ({ params: { ns } }) => describe(ns, await readTestClock(desk, ns)),
  );
}

function addMaking(app: App, { desk, accept, mode }: TestClockRoutes): void {
  app.put(
    url,
    {
      preValidation: refuseIn(mode),
      schema: {
        tags,
        operationId: 'putTestClock',
        summary: 'Give a namespace a test clock',
        description:
          'From then on the namespace lives by it: it stands until it is advanced. Only for a namespace without open timers; never back.',
        params,
        body: { ...clockRequest, 'x-examples': clockExamples },
        response: {
          200: clockReply('Where it stands.'),
          ...problemAnswers(
            'test-clock-refused',
            'namespace-in-use',
            'test-clock-backwards',
            'too-many-test-clocks',
          ),
        },
      },
    },
    async ({ params: { ns }, body }) => {
      accept();
      return describe(ns, await setTestClock(desk, ns, instantOf('/now', body.now)));
    },
  );
}

function addRemoval(app: App, { desk, accept, mode }: TestClockRoutes): void {
  app.delete(
    url,
    {
      preValidation: refuseIn(mode),
      schema: {
        tags,
        operationId: 'deleteTestClock',
        summary: 'Take the test clock of a namespace away',
        description: 'From then on the namespace lives by real time. Only without open timers.',
        params,
        response: {
          204: Type.Null({ description: 'It is gone.' }),
          ...problemAnswers('test-clock-refused', 'test-clock-not-found', 'namespace-in-use'),
        },
      },
    },
    async ({ params: { ns } }, reply) => {
      accept();
      await removeTestClock(desk, ns);
      return reply.code(204).send(null);
    },
  );
}

function addAdvance(app: App, { desk, accept, mode }: TestClockRoutes): void {
  app.post(
    '/v1/namespaces/:ns/clock/advance',
    {
      preValidation: refuseIn(mode),
      schema: {
        tags,
        operationId: 'advanceTestClock',
        summary: 'Move a test clock on',
        description:
          'Fires what falls due on the way, in the order in which it is due, and answers when all of it has ended; 202 when that takes longer than 25 s.',
        params,
        body: { ...advanceRequest, 'x-examples': advanceExamples },
        response: {
          200: clockReply('It is there.'),
          202: clockReply('It is on its way; read it again.'),
          ...problemAnswers('test-clock-refused', 'test-clock-not-found', 'test-clock-backwards'),
        },
      },
    },
    async ({ params: { ns }, body }, reply) => {
      accept();
      const { arrived, ...clock } = await advanceTestClock(desk, ns, advanceOf(body));
      return reply.code(arrived ? 200 : 202).send(describe(ns, clock));
    },
  );
}

function advanceOf({ by, to }: Static<typeof advanceRequest>): Advance {
  if ((by === undefined) === (to === undefined))
    throw invalidRequest([{ pointer: '/by', detail: 'give exactly one of `by` and `to`', in: 'body' }]);
  if (to !== undefined) return { to: instantOf('/to', to) };
  const mistakes = new Mistakes();
  const byMs = mistakes.duration('/by', by!, byBounds);
  if (mistakes.list.length > 0) throw invalidRequest(mistakes.list);
  return { byMs };
}

function instantOf(pointer: string, text: string): number {
  const parsed = parseInstant(text);
  if ('at' in parsed) return parsed.at;
  throw invalidRequest([{ pointer, detail: parsed.reason, in: 'body' }]);
}

function describe(namespace: string, { now, target, moving }: TestClock): Static<typeof clockAnswer> {
  return { namespace, now: formatInstant(now), target: formatInstant(target), moving };
}
