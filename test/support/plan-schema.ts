import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const file = new URL('../../internal/report/plan.schema.json', import.meta.url);
const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
addFormats.default(ajv);
const schema: unknown = JSON.parse(readFileSync(file, 'utf8'));
const validate = ajv.compile(Object(schema));
const byKind = new Map(
  ['Plan', 'FixResult', 'UndoResult', 'History'].map((kind) => [
    kind,
    ajv.compile({ $ref: `urn:calico-fix:v1:Plan#/$defs/${kind}` }),
  ]),
);

/** What the published schema has against a document of `fix`, `undo` or `history`; empty if nothing. */
export function schemaErrors(document: unknown): readonly string[] {
  const kind = String(Object(document)['kind']);
  // The schema of the kind itself names the field; that of all kinds only says that none fits.
  const own = byKind.get(kind) ?? validate;
  const isFine = own(document) && validate(document);
  return isFine
    ? []
    : (own.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}
