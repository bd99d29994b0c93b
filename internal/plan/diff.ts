import { structuredPatch } from 'diff';
import { stringify } from 'yaml';
import type { KubeObject } from '../model/kubernetes.ts';
import { type Fields, isFields } from './fields.ts';
import { isList, recordOf } from './json-value.ts';

export interface DiffLine {
  readonly sign: ' ' | '+' | '-';
  readonly text: string;
}

/** Lines that belong together; `start` counts from 1. */
export interface DiffHunk {
  readonly before: { readonly start: number; readonly lines: number };
  readonly after: { readonly start: number; readonly lines: number };
  readonly lines: readonly DiffLine[];
}

// What the server writes by itself, and nobody reads in a preview.
const unseenMetadata = [
  'managedFields',
  'resourceVersion',
  'generation',
  'uid',
  'creationTimestamp',
  'selfLink',
];
const unseenAnnotations = ['deprecated.daemonset.template.generation'];
const first = ['apiVersion', 'kind', 'metadata'];

const without = (record: Fields, names: readonly string[]): Fields =>
  recordOf(Object.entries(record).filter(([name]) => !names.includes(name)));

function seen(object: KubeObject): Fields {
  const { annotations, ...metadata } = object.metadata;
  const shown = without(annotations ?? {}, unseenAnnotations);
  return {
    ...without({ ...object }, ['status']),
    metadata: {
      ...without(metadata, unseenMetadata),
      ...(Object.keys(shown).length > 0 ? { annotations: shown } : {}),
    },
  };
}

function sorted(value: unknown, leading: readonly string[] = []): unknown {
  if (isList(value)) return value.map((element) => sorted(element));
  if (!isFields(value)) return value;
  const names = Object.keys(value);
  const others = names.filter((name) => !leading.includes(name)).toSorted();
  const order = [...leading.filter((name) => names.includes(name)), ...others];
  return recordOf(order.map((name) => [name, sorted(value[name])]));
}

/**
 * An object as `kubectl get -o yaml` shows it: fields in the order of the alphabet, lists not indented. Without status and what
 * the server writes of its own; null gives nothing.
 */
export function objectYaml(object: KubeObject | null): string {
  if (object === null) return '';
  return stringify(sorted(seen(object), first), {
    indentSeq: false,
    lineWidth: 0,
    version: '1.1',
    aliasDuplicateObjects: false,
  });
}

const isSign = (sign: string): sign is DiffLine['sign'] => [' ', '+', '-'].includes(sign);

/** The unified diff of two versions of an object as YAML, with three lines around each change; empty where nothing differs. */
export function diffObjects(
  before: KubeObject | null,
  after: KubeObject | null,
): readonly DiffHunk[] {
  const { hunks } = structuredPatch('', '', objectYaml(before), objectYaml(after), '', '', {
    context: 3,
  });
  return hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) => ({
    before: { start: oldStart, lines: oldLines },
    after: { start: newStart, lines: newLines },
    lines: lines.flatMap((line) => {
      const sign = line.slice(0, 1);
      return isSign(sign) ? [{ sign, text: line.slice(1) }] : [];
    }),
  }));
}
