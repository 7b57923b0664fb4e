/** What is wrong with an answer, by the document alone: the status, the code, the shape, and whether nonsense was accepted. */
import { codesOf, type OpenApi, type Parameter } from '../support/openapi/document.js';
import { schemasOf, type Schemas } from '../support/openapi/schemas.js';
import { unreadable, type FuzzRequest } from './request.js';
import type { Answered, Unanswered } from './sending.js';

/** What may answer any request, whatever it asks for: it was no request to an operation. */
const besideOperations = [
  'route-not-found',
  'method-not-allowed',
  'malformed-url',
  'malformed-request',
  'headers-too-large',
  'request-timeout',
];

/** Of the API, unless configured. */
const bodyLimitBytes = 1_048_576;

export interface Judge {
  /** Empty when all is well. */
  judge(request: FuzzRequest, answer: Answered | Unanswered): string[];
}

export function judgeBy(document: OpenApi): Judge {
  const schemas = schemasOf(document);
  return {
    judge(request, answer) {
      if ('failure' in answer) return wasCutShort(request, answer) ? [] : [answer.failure];
      if (answer.status >= 500 && answer.status !== 503) return [`answered ${answer.status}`];
      if (!answer.headers['x-request-id']) return ['the answer has no request id'];
      // Another method is another operation, or none.
      if (request.method !== request.operation.method) return problemComplaints(request, answer);
      return answer.status >= 400
        ? refusalComplaints(schemas, request, answer)
        : [
            ...answerComplaints(schemas, request, answer),
            ...acceptanceComplaints(schemas, accepted(request, answer)),
          ];
    },
  };
}

/** A body that is too large is refused before it has been read; the sender may meet the end of the connection first. */
function wasCutShort({ body }: FuzzRequest, { failure }: Unanswered): boolean {
  return (body?.length ?? 0) > bodyLimitBytes && /EPIPE|ECONNRESET/.test(failure);
}

/** Whoever refuses does so with a problem document. */
function problemComplaints({ method }: FuzzRequest, { status, headers }: Answered): string[] {
  const isProblem = headers['content-type']?.startsWith('application/problem+json');
  return status < 400 || method === 'HEAD' || isProblem ? [] : [`${status} is no problem document`];
}

function refusalComplaints(schemas: Schemas, request: FuzzRequest, answer: Answered): string[] {
  const { operation } = request;
  const { status, text } = answer;
  const complaints = problemComplaints(request, answer);
  if (complaints.length > 0) return complaints;
  const problem = read(text) as { code?: string; status?: number } | undefined;
  const code = String(problem?.code);
  const wrong = problem?.status === status ? [] : [`${status} says it is ${problem?.status}`];
  if (besideOperations.includes(code)) return wrong;
  const declared = operation.answers[status];
  if (!declared || !codesOf(declared).includes(code)) return [...wrong, `${status} ${code} is not declared`];
  const schema = declared.content!['application/problem+json']!.schema;
  const complaint = schemas.complaint(schema, problem);
  return complaint === null ? wrong : [...wrong, `the problem has another shape: ${complaint}`];
}

function answerComplaints(
  schemas: Schemas,
  { operation }: FuzzRequest,
  { status, headers, text }: Answered,
): string[] {
  const declared = operation.answers[status];
  if (!declared) return [`${status} is not declared`];
  const type = headers['content-type']?.split(';')[0];
  const media = type === undefined ? undefined : declared.content?.[type];
  if (!media)
    return declared.content === undefined && text === '' ? [] : [`${type ?? 'nothing'} is not declared`];
  if (type !== 'application/json') return [];
  const complaint = schemas.complaint(media.schema, read(text));
  return complaint === null ? [] : [`the answer has another shape: ${complaint}`];
}

/** Of a request for many things, what was accepted: those whose own result says so. */
function accepted(request: FuzzRequest, { text }: Answered): FuzzRequest {
  const { results } = (read(text) ?? {}) as { results?: { status?: number }[] };
  const { body } = request.sent;
  if (!Array.isArray(results) || typeof body !== 'object' || body === null) return request;
  const kept = Object.entries(body).map(([name, value]: [string, unknown]) => [
    name,
    Array.isArray(value) ? value.filter((_item, i) => (results[i]?.status ?? 200) < 300) : value,
  ]);
  // Where each was refused, nothing was accepted.
  const isEmpty = results.length > 0 && kept.some(([, value]) => Array.isArray(value) && value.length === 0);
  return { ...request, sent: { ...request.sent, body: isEmpty ? undefined : Object.fromEntries(kept) } };
}

/** It was accepted, so it has to be what the document asks for. */
function acceptanceComplaints(
  schemas: Schemas,
  { operation, change, sent, mustRefuse }: FuzzRequest,
): string[] {
  if (mustRefuse) return [`accepted in spite of: ${change}`];
  const fields = sent.parameters.flatMap(({ parameter, text }) => {
    const complaint = schemas.complaint(parameter.schema, valueIn(parameter, text));
    return complaint === null ? [] : [`accepted ${parameter.name} ${JSON.stringify(text)}: ${complaint}`];
  });
  if (!operation.body || sent.body === undefined) return fields;
  if (sent.body === unreadable) return [...fields, 'accepted a body that is no JSON'];
  const complaint = schemas.complaint(operation.body.schema, sent.body);
  return complaint === null ? fields : [...fields, `accepted a body: ${complaint}`];
}

/** Text, or the number that it spells in the one usual way. */
function valueIn({ in: place, schema }: Parameter, text: string): unknown {
  const isNumber = place === 'query' && ['integer', 'number'].includes(String(schema['type']));
  return isNumber && /^-?\d+$/.test(text) ? Number(text) : text;
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
