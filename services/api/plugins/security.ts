/** What browsers may do with an answer. */
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** For answers that are data: never a page, whatever a browser is told. */
export function addDataHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff');
    done();
  });
}

/**
 * For pages: everything from here, nothing from elsewhere, no framing. They are served over plain http too, so nothing
 * tells the browser to insist on https; that is for whoever terminates TLS.
 */
export async function addPageHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    hsts: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        // Swagger UI styles elements inline.
        styleSrc: ["'self'", "'unsafe-inline'"],
      },
    },
  });
}
