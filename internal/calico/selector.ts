/** Labels of an object; what is not there is undefined. */
type Labels = Readonly<Record<string, string>>;

type Test = (labels: Labels) => boolean;

const tokenPattern = /\s*(&&|\|\||==|!=|!|\(|\)|\{|\}|,|"[^"]*"|'[^']*'|[\w./-]+)/y;

function tokensOf(text: string): readonly string[] | null {
  const tokens: string[] = [];
  let place = 0;
  while (text.slice(place).trim() !== '') {
    tokenPattern.lastIndex = place;
    const match = tokenPattern.exec(text);
    if (!match?.[1]) return null;
    tokens.push(match[1]);
    place = tokenPattern.lastIndex;
  }
  return tokens;
}

const isQuoted = (text: string | undefined): text is string => /^(["']).*\1$/.test(text ?? '');
const unquoted = (text: string): string => text.slice(1, -1);

class SyntaxFault extends Error {}

/** A place in the tokens; the functions below move it on. */
interface Cursor {
  readonly tokens: readonly string[];
  place: number;
}

function next(cursor: Cursor): string | undefined {
  const token = cursor.tokens[cursor.place];
  cursor.place += 1;
  return token;
}

function take(cursor: Cursor, text: string): boolean {
  const isThere = cursor.tokens[cursor.place] === text;
  if (isThere) cursor.place += 1;
  return isThere;
}

function expect(cursor: Cursor, text: string): void {
  if (!take(cursor, text)) throw new SyntaxFault();
}

// A recursive descent over the few forms that the language has (libcalico-go/lib/selector/parser).
function disjunction(cursor: Cursor): Test {
  const parts = [conjunction(cursor)];
  while (take(cursor, '||')) parts.push(conjunction(cursor));
  return (labels) => parts.some((part) => part(labels));
}

function conjunction(cursor: Cursor): Test {
  const parts = [negation(cursor)];
  while (take(cursor, '&&')) parts.push(negation(cursor));
  return (labels) => parts.every((part) => part(labels));
}

function negation(cursor: Cursor): Test {
  if (!take(cursor, '!')) return atom(cursor);
  const inner = negation(cursor);
  return (labels) => !inner(labels);
}

function atom(cursor: Cursor): Test {
  if (take(cursor, '(')) {
    const inner = disjunction(cursor);
    expect(cursor, ')');
    return inner;
  }
  const name = next(cursor);
  if (name === undefined || isQuoted(name)) throw new SyntaxFault();
  return take(cursor, '(') ? call(cursor, name) : comparison(cursor, name);
}

function call(cursor: Cursor, name: string): Test {
  if (name === 'all' || name === 'global') {
    expect(cursor, ')');
    return () => true;
  }
  const key = next(cursor);
  expect(cursor, ')');
  if (name !== 'has' || key === undefined) throw new SyntaxFault();
  return (labels) => labels[key] !== undefined;
}

function comparison(cursor: Cursor, key: string): Test {
  const operator = next(cursor);
  if (operator === 'in') return membership(cursor, key, true);
  if (operator === 'not') {
    expect(cursor, 'in');
    return membership(cursor, key, false);
  }
  if (operator === 'starts' || operator === 'ends') expect(cursor, 'with');
  const value = next(cursor);
  if (!isQuoted(value)) throw new SyntaxFault();
  return comparisonOf(operator ?? '', key, unquoted(value));
}

function membership(cursor: Cursor, key: string, isWanted: boolean): Test {
  expect(cursor, '{');
  const values = new Set<string>();
  while (!take(cursor, '}')) {
    const value = next(cursor);
    if (!isQuoted(value)) throw new SyntaxFault();
    values.add(unquoted(value));
    take(cursor, ',');
  }
  return (labels) =>
    values.has(labels[key] ?? '') && labels[key] !== undefined ? isWanted : !isWanted;
}

function comparisonOf(operator: string, key: string, value: string): Test {
  switch (operator) {
    case '==':
      return (labels) => labels[key] === value;
    case '!=':
      return (labels) => labels[key] !== value;
    case 'contains':
      return (labels) => labels[key]?.includes(value) === true;
    case 'starts':
      return (labels) => labels[key]?.startsWith(value) === true;
    case 'ends':
      return (labels) => labels[key]?.endsWith(value) === true;
    default:
      throw new SyntaxFault();
  }
}

/**
 * Evaluates a selector in Calico's own language (`all()`, `has(x)`, `x == "a"`, `x in {"a","b"}`, `!`, `&&`, `||`); null if it
 * is none. An empty selector takes everything.
 */
export function selects(selector: string | undefined, labels: Labels): boolean | null {
  if (selector === undefined || selector.trim() === '') return true;
  const tokens = tokensOf(selector);
  if (!tokens) return null;
  try {
    const cursor = { tokens, place: 0 };
    const test = disjunction(cursor);
    return cursor.place < tokens.length ? null : test(labels);
  } catch (error) {
    if (error instanceof SyntaxFault) return null;
    throw error;
  }
}
