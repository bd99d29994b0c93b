import { RE2JS } from 're2js';
import { isBelow } from '../version.ts';

/** A compiled list of patterns, or Go's own message about why they do not compile. */
export type NamePattern =
  | { readonly matches: (name: string) => boolean }
  | { readonly error: string };

// One token at a time: quoted text, a bracket expression, a Unicode class, another escape, the head of a named group.
const token =
  /\\Q.*?(?:\\E|$)|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\\[pP](?:\{[^}]*\}|[^{])|\\.|\(\?P?<([^>]*)>/gsu;
const unicodeClass = /\\[pP](?:\{[^}]*\}|[^{])/gu;
// Names of classes that Go knows from 1.25 on only.
const newClasses = new Set(['Ascii', 'Assigned', 'Lc', 'LC', 'Cn']);

const titled = (name: string): string =>
  name
    .split(/[ _-]/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
    .join('_');

// v3.32.0 is the first release built with Go 1.25 or newer throughout, v3.28.0 the first with Go 1.22.
function adaptClass(text: string, calicoVersion: string): string {
  const name = text.replace(/^\\[pP]\{?\^?/, '').replace(/\}$/, '');
  if (isBelow(calicoVersion, '3.32.0')) {
    if (newClasses.has(name))
      throw new SyntaxError(`error parsing regexp: invalid character class range: \`${text}\``);
    return text;
  }
  const head = /^\\[pP]\{?\^?/.exec(text)?.[0] ?? '';
  return titled(name) === name ? text : head + titled(name) + text.slice(head.length + name.length);
}

/**
 * Rewrites a pattern where re2js differs from the Go compiler of the release: Go takes the same group name twice, takes
 * `(?<name>…)` from 1.22 on, and names of Unicode classes in any letter case from 1.25 on.
 */
function forCompiler(pattern: string, calicoVersion: string): string {
  const groups = new Set<string>();
  return pattern.replaceAll(token, (text: string, group: string | undefined) => {
    if (group === undefined) {
      if (text.startsWith('\\Q')) return text;
      return text.replaceAll(unicodeClass, (name) => adaptClass(name, calicoVersion));
    }
    if (text.startsWith('(?<') && isBelow(calicoVersion, '3.28.0') && /^\w+$/.test(group))
      throw new SyntaxError('error parsing regexp: invalid or unsupported Perl syntax: `(?<`');
    if (groups.has(group)) return '(';
    groups.add(group);
    return text;
  });
}

function compileNow(pattern: string, calicoVersion: string): NamePattern {
  try {
    const compiled = RE2JS.compile(forCompiler(pattern, calicoVersion));
    return { matches: (name) => compiled.test(name) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

const compiled = new Map<string, NamePattern>();
const mostPatterns = 1000;

/**
 * Joins patterns as Calico does (interfaces.go: `(a)|(b)`, as text) and compiles them with RE2's grammar, for an unanchored,
 * case-sensitive search. Each list is compiled once.
 */
export function namePattern(patterns: readonly string[], calicoVersion: string): NamePattern {
  const pattern = `(${patterns.join(')|(')})`;
  const key = `${calicoVersion} ${pattern}`;
  const known = compiled.get(key);
  if (known) return known;
  if (compiled.size >= mostPatterns) compiled.clear();
  const result = compileNow(pattern, calicoVersion);
  compiled.set(key, result);
  return result;
}
