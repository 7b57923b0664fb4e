/** The floor of the throughput test: a Fastify route with a schema that checks the body and answers it, and nothing else. */
import Fastify from 'fastify';

const timer = {
  type: 'object',
  required: ['delay', 'target'],
  additionalProperties: false,
  properties: {
    delay: { type: 'string' },
    target: {
      type: 'object',
      required: ['url'],
      additionalProperties: false,
      properties: {
        url: { type: 'string' },
        method: { type: 'string' },
        body: { type: 'object', additionalProperties: true },
      },
    },
    tags: { type: 'array', items: { type: 'string' } },
  },
};

const app = Fastify();
app.post('/v1/timers', { schema: { body: timer, response: { 201: timer } } }, (request, reply) =>
  reply.code(201).send(request.body),
);
process.send!(await app.listen({ port: 0, host: '127.0.0.1' }));
