/** Structured logs, one JSON object a line. Every line says which process wrote it; secrets never reach it. */
import { pino, type Logger } from 'pino';

export type { Logger };

export interface LoggerOptions {
  level: string;
  service: string;
  name: string;
}

export function createLogger({ level, service, name }: LoggerOptions): Logger {
  return pino({
    level,
    base: { service, name },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        'req.headers.authorization',
        'headers.authorization',
        '*.rabbitmqUrl',
        '*.mongodbUrl',
        '*.apiKeys',
      ],
      censor: '[redacted]',
    },
    serializers: { err: pino.stdSerializers.err },
  });
}
