/**
 * Where requests come in. Those that must not reach a process that plays dead, or is cut off from who asks, get no
 * answer at all; and where the switch itself is turned: GET and POST /internal/faults.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { Value } from 'typebox/value';
import { callerHeader, rpcPath } from '../rpc/rpc.js';
import { brokerNames, type Faults, type FaultState } from './faults.js';

const path = '/internal/faults';
/** What answers even when this process plays dead: whoever looks on wants to know. */
const alwaysOpen = [path, '/internal/self'];

const changeSchema = Type.Object(
  {
    dead: Type.Optional(Type.Boolean()),
    unreachable: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z0-9_.-]{1,64}$' }), { maxItems: 100 }),
    ),
  },
  { additionalProperties: false },
);

/** Leaves requests without an answer for as long as `isSilent` says so when they come; their connections end with the fault. */
export function addSilence(
  app: FastifyInstance,
  faults: Faults,
  isSilent: (request: FastifyRequest) => boolean,
): void {
  const held = new Set<FastifyRequest['socket']>();
  const release = (): void => {
    for (const socket of held) socket.destroy();
    held.clear();
  };
  faults.onChange(release);
  app.addHook('preClose', (done) => {
    release();
    done();
  });
  app.addHook('onRequest', (request, reply, done) => {
    if (!isSilent(request)) return done();
    reply.hijack();
    held.add(request.socket);
  });
}

/** The switch on the admin port, and its silence. Without faults there is neither. */
export function addFaultSwitch(app: FastifyInstance, faults: Faults | null): void {
  if (!faults) {
    const off = (_request: FastifyRequest, reply: FastifyReply) => answer(reply, offProblem);
    app.get(path, off);
    app.post(path, off);
    return;
  }
  addSilence(app, faults, (request) => isSilent(faults, request));
  app.get(path, () => faults.state);
  app.post(path, (request, reply) => {
    const mistakes = mistakesIn(request.body, faults);
    if (mistakes.length > 0) return answer(reply, invalid(mistakes));
    faults.change(request.body as Partial<FaultState>);
    return reply.send(faults.state);
  });
}

function isSilent(faults: Faults, { url, headers }: FastifyRequest): boolean {
  if (alwaysOpen.includes(url)) return false;
  const caller = headers[callerHeader];
  const isCut = url.startsWith(rpcPath) && typeof caller === 'string' && !faults.reaches(caller);
  return faults.dead || isCut;
}

interface Mistake {
  pointer: string;
  detail: string;
}

function mistakesIn(body: unknown, { name }: Faults): Mistake[] {
  const found = Value.Errors(changeSchema, body)
    .filter(({ keyword }) => keyword !== 'additionalProperties')
    .map(({ instancePath, keyword, message }) => ({
      pointer: instancePath,
      detail: keyword === 'boolean' ? 'is not known here' : message,
    }));
  if (found.length > 0) return found;
  const { dead, unreachable } = body as Partial<FaultState>;
  if (dead === undefined && unreachable === undefined)
    return [{ pointer: '', detail: 'needs dead, or unreachable, or both; an empty list heals' }];
  const own = unreachable?.indexOf(name) ?? -1;
  return own < 0 ? [] : [{ pointer: `/unreachable/${own}`, detail: `is this process itself` }];
}

interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  errors?: Mistake[];
}

const offProblem: Problem = {
  status: 404,
  code: 'route-not-found',
  title: 'There is no such route',
  detail:
    'the fault switch is off; a process that was started with CARILLON_FAULTS=on, which production mode refuses, has it',
};

function invalid(errors: Mistake[]): Problem {
  return {
    status: 400,
    code: 'invalid-request',
    title: 'The request is not valid',
    detail: `send {"dead": true} or {"unreachable": ["scheduler-2", "${brokerNames[0]}"]} as JSON: ${errors[0]!.pointer || 'the body'} ${errors[0]!.detail}`,
    errors,
  };
}

function answer(reply: FastifyReply, problem: Problem): FastifyReply {
  const type = `https://carillon.dev/errors/${problem.code}`;
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send({ type, ...problem });
}
