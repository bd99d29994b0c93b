/** A text of several JSON documents, taken apart. */
export interface JsonStream {
  /** From the opening bracket to the closing one; the last one may lack it. */
  readonly pieces: readonly string[];
  /** Lines between them. */
  readonly remarks: readonly string[];
  /** True if every document ends and all between them are remarks of kubectl. */
  readonly isWhole: boolean;
  /** True if brackets stand between the documents: these are parts of a larger one. */
  readonly isTorn: boolean;
}

// What kubectl prints to standard error, which `2>&1` puts between the documents.
const remark =
  /^(?:Warning: |[WEI]\d{4} |Error from server|error: |Unable to connect|No resources found|Cluster info dumped|---\s*$|\.\.\.\s*$)/;

/**
 * Takes `kubectl cluster-info dump` on standard output, or any row of JSON documents, apart. A
 * document begins at the start of a line, so that the middle of a broken one is never taken for
 * one. Throws nothing.
 */
export function splitJson(text: string): JsonStream {
  const pieces: string[] = [];
  const between: string[] = [];
  let position = 0;
  let isClosed = true;
  while (position < text.length) {
    const start = startFrom(text, position);
    between.push(text.slice(position, start));
    if (start === text.length) break;
    const end = endOf(text, start);
    isClosed = end !== null;
    position = end ?? text.length;
    pieces.push(text.slice(start, position));
  }
  const remarks = between.flatMap((part) => part.split(/\r?\n/)).filter((line) => line.trim());
  const strange = remarks.filter((line) => !remark.test(line));
  return {
    pieces,
    remarks,
    isWhole: isClosed && strange.length === 0,
    isTorn: strange.some((line) => /[{}[\]"]/.test(line)),
  };
}

// The next bracket that begins a line; directly behind a document another one may begin on the same
// line.
function startFrom(text: string, position: number): number {
  const here = /[ \t]*(?=[{[])/y;
  here.lastIndex = position;
  if (here.test(text)) return here.lastIndex;
  const line = /\n(?=[{[])/g;
  line.lastIndex = position;
  return line.test(text) ? line.lastIndex : text.length;
}

const quote = 0x22;
const backslash = 0x5c;

// Behind the bracket that closes the one at `start`; null if there is none. Brackets within strings
// do not count.
function endOf(text: string, start: number): number | null {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      index = closingQuote(text, index);
      continue;
    }
    if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return null;
}

function closingQuote(text: string, opening: number): number {
  for (let index = opening + 1; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === backslash) index += 1;
    else if (code === quote) return index;
  }
  return text.length;
}
