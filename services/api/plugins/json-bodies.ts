/**
 * Bodies are JSON in UTF-8, as they stand on the wire. What only looks like it – bytes that are no UTF-8, of which a lenient
 * reader makes other text, another charset, a coding that we do not undo – is refused, or what was meant would be lost. So is what is nested so deep that
 * reading it would need more stack than there is.
 */
import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { invalidRequest, Problem } from './problems.js';
import type { App } from './validation.js';

/** Deeper than anybody writes by hand, and far from what recursion can bear. */
const deepest = 100;

const types = ['application/json', 'application/merge-patch+json'];

/** Makes these the only bodies that are read. */
export function acceptJsonOnly(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(types, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const problem = problemOfBody(request, body);
    if (problem) done(problem);
    else
      void parse(request, body.toString(), (error, value) => {
        done(error ?? (isDeeperThan(deepest, value) ? tooDeep() : null), value);
      });
  });
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}

function tooDeep(): Problem {
  const detail = `is nested more than ${deepest} levels deep; flatten it`;
  return invalidRequest([{ pointer: '', detail, in: 'body' }]);
}

function problemOfBody({ headers }: FastifyRequest, body: Buffer): Problem | null {
  const coding = headers['content-encoding'] ?? 'identity';
  if (coding.toLowerCase() !== 'identity')
    return new Problem('unsupported-media-type', 'send the body as it is, without `content-encoding`');
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  if (!/^(?:utf-?8|us-ascii)$/i.test(charset))
    return new Problem('unsupported-media-type', 'send the body as UTF-8; JSON knows no other charset');
  return isUtf8(body) ? null : new Problem('malformed-json', 'the body is not valid UTF-8');
}
