import { Document, visit } from 'yaml';
import type { Diagnosis } from '../model/diagnosis.ts';
import { renderJson } from './json.ts';

// Line ends other than \n too: YAML readers would fold or split there.
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/u;
const leftRaw = /[\u007f-\u009f\p{Cf}\u2028\u2029\ufffe\uffff]/gu;

const escaped = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
};

/**
 * Data that went through JSON as YAML. Strings with control or format characters are put in double quotes, where these
 * can be written as escapes, so that none of them stands in the output as itself.
 */
export function toYaml(json: string): string {
  const document = new Document(JSON.parse(json), {
    aliasDuplicateObjects: false,
    // Older readers take a bare time for a date and `on` for true.
    compat: 'yaml-1.1',
  });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && unsafe.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  const text = document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Infinity });
  return text.replaceAll(leftRaw, escaped);
}

/** The diagnosis as YAML: the same data as in JSON. */
export const renderYaml = (diagnosis: Diagnosis): string => toYaml(renderJson(diagnosis));
