/** The document's schemas as an independent JSON Schema validator (draft 2020-12, strict) reads them. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { OpenApi, Schema } from './document.js';

export interface Schemas {
  /** What is wrong with a value; null where nothing is. Throws where the schema itself is wrong. */
  complaint(schema: Schema, value: unknown): string | null;
}

export function schemasOf({ components }: Pick<OpenApi, 'components'>): Schemas {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  // Its types name a default export that NodeNext does not see as a function.
  (formats as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addVocabulary(['components', 'example']);
  ajv.addSchema({ $id: 'document', components: { schemas: components.schemas } });
  const compiled = new Map<Schema, ValidateFunction>();
  return {
    complaint(schema, value) {
      const validate = compiled.get(schema) ?? ajv.compile(located(schema));
      compiled.set(schema, validate);
      return validate(value) ? null : ajv.errorsText(validate.errors, { dataVar: '' });
    },
  };
}

/** The same schema, with its references into the document. */
function located(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/')) as Schema;
}
