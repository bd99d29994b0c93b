import { loadAll } from 'js-yaml';
import { isRecord } from './json.ts';
import { splitJson } from './json-stream.ts';
import { measureJson, measureYaml, type Room, takeRoom } from './room.ts';

/** What stands in a text of JSON or YAML. */
export interface Documents {
  readonly documents: readonly unknown[];
  /** Parts that could not be read. Nothing is taken out of them. */
  readonly damages: readonly Damage[];
  /** Lines between JSON documents: what kubectl printed beside them. */
  readonly remarks: readonly string[];
}

export interface Damage {
  readonly reason: string;
  /** The part itself. */
  readonly text: string;
}

// Deeper than any object of Kubernetes (the schemas of CRDs reach some 60 levels), far less than
// the stack.
const maxDepth = 250;
// kubectl writes no aliases at all. With n of them, a text can grow to about 3^(n/3) times its
// size.
const maxAliases = 10;

/**
 * Reads JSON (one document or several one after the other) or YAML (with `---` between documents).
 * What cannot be read, or has no room, is returned as damage; never throws.
 */
export function readDocuments(text: string, room: Room = { bytes: Infinity }): Documents {
  const said = chatter.exec(text)?.[0] ?? '';
  const content = text.slice(said.length);
  return /^\s*[{[]/.test(content) ? readJson(content, room) : readYaml(content, room);
}

// What kubectl says on standard error before its output, where both were redirected.
const chatter = /^(?:(?:Warning: |[WEI]\d{4} )[^\n]*\n)+/;

const noRoom = 'it would take more memory than there is for it';

const unread = (reason: string, text: string): Documents => ({
  documents: [],
  damages: [{ reason, text }],
  remarks: [],
});

function readJson(text: string, room: Room): Documents {
  // Before it is parsed: a few letters may make an object.
  const { depth, bytes } = measureJson(text);
  if (!takeRoom(room, bytes)) return unread(noRoom, text);
  const whole = parseJson(text, depth);
  if ('value' in whole) return { documents: [whole.value], damages: [], remarks: [] };
  const { pieces, remarks, isWhole, isTorn } = splitJson(text);
  const torn = { reason: whole.reason, text };
  if (isTorn) return { documents: [], damages: [torn], remarks: [] };
  const parsed = pieces.map((piece) => ({
    piece,
    result: parseJson(piece, measureJson(piece).depth),
  }));
  const damages = parsed.flatMap(({ piece, result }) =>
    'value' in result ? [] : [{ reason: result.reason, text: piece }],
  );
  return {
    documents: parsed.flatMap(({ result }) => ('value' in result ? [result.value] : [])),
    damages: damages.length === 0 && !isWhole ? [torn] : damages,
    remarks,
  };
}

type Parsed = { readonly value: unknown } | { readonly reason: string };

// What is no deeper than this keeps everything behind it from running out of stack.
function parseJson(text: string, depth: number): Parsed {
  if (depth > maxDepth) return { reason: 'it is nested too deep' };
  try {
    return { value: JSON.parse(text) };
  } catch {
    const isCut = !/[}\]]\s*$/.test(text);
    return { reason: isCut ? 'it ends too early' : 'it is no valid JSON' };
  }
}

// Documents are read one by one: a damaged one costs itself. Inside of a document no line begins
// with `---`.
function readYaml(text: string, room: Room): Documents {
  if (!takeRoom(room, measureYaml(text))) return unread(noRoom, text);
  const documents: unknown[] = [];
  const damages: Damage[] = [];
  for (const piece of text.split(/^---(?=\s|$)/m)) {
    if (piece.trim() === '') continue;
    try {
      for (const value of loadAll(piece, { maxAliases, maxDepth })) {
        if (isCutList(value)) damages.push({ reason: 'it ends too early', text: piece });
        else documents.push(value);
      }
    } catch (error) {
      damages.push({ reason: firstLine(error), text: piece });
    }
  }
  return { documents, damages, remarks: [] };
}

// kubectl sorts the fields of YAML: a list without the kind that follows its items was cut among
// them, which is valid YAML.
const isCutList = (value: unknown): boolean =>
  isRecord(value) && Object.keys(value).join(' ') === 'apiVersion items';

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `it is no valid YAML (${message.split('\n')[0] ?? ''})`;
}
