/** Fields of answers that may be null. The serialiser takes `nullable` kinds as they are, where it would try out a union. */
import Type, { type Static } from 'typebox';

export const integerOrNull = (description: string) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], description });
export const textOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], description });
export const instantOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', description });

export const nullable = <Value extends Type.TObject>(schema: Value) =>
  Type.Unsafe<Static<Value> | null>({ ...schema, type: ['object', 'null'] });
