/** A duration as a field of a request. */
import Type from 'typebox';

export const durationField = (description: string, example: string) =>
  Type.Union([Type.String({ maxLength: 64 }), Type.Number()], {
    description: `${description}; ISO 8601 (PT1H30M), 1h30m, or milliseconds as a number`,
    examples: [example],
  });
