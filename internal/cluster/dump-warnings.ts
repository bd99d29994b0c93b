import type { FoundLogs } from './dump-logs.ts';
import type { Gathering, Uselessness } from './gathering.ts';

// Enough to see what it is about; a dump of a large cluster may have thousands.
const shown = 3;
const sentencesShown = 10;

/** What a user should know of how a dump was read: one sentence each, alike ones together. */
export function warningsOf(
  gathering: Gathering,
  found: FoundLogs,
  aboutObjects: readonly string[],
): readonly string[] {
  const useless = new Map(gathering.useless);
  useless.set('stranger', [...(useless.get('stranger') ?? []), ...found.strangers]);
  return [
    ...few(gathering.damaged.map(({ path, reason }) => `${path} cannot be read: ${reason}`)),
    ...few(gathering.refused.map(({ path, message }) => `${path} holds an error: ${message}`)),
    ...few(found.cut.map((path) => `${path}: the last log in it has no end`)),
    ...[...useless].flatMap(([why, paths]) => aboutFiles(why, paths)),
    ...few(aboutObjects, gathering.leftOut),
  ];
}

// `untold`: of which there is not even a sentence.
function few(sentences: readonly string[], untold = 0): readonly string[] {
  const more = sentences.length + untold - sentencesShown;
  if (more <= 0) return sentences;
  return [...sentences.slice(0, sentencesShown), `and ${more} more of this kind`];
}

const reasons: Readonly<Record<Uselessness, string>> = {
  'too large': 'too large',
  link: 'a link to somewhere else',
  outside: 'refused, as the name leads outside of the archive',
  'not a file': 'no regular file',
  unreadable: 'not readable',
  cut: 'cut off',
  'no text': 'no text',
  'for people': 'output for reading (describe, a table); only -o json and -o yaml hold the objects',
  stranger: 'neither a Kubernetes object nor the log of a container',
};

function aboutFiles(why: Uselessness, paths: readonly string[]): readonly string[] {
  const [first] = paths;
  if (first === undefined) return [];
  if (paths.length === 1) return [`left out ${first}: ${reasons[why]}`];
  const names = paths.slice(0, shown).join(', ');
  const more = paths.length > shown ? `, and ${paths.length - shown} more` : '';
  return [`left out ${paths.length} files: ${reasons[why]}: ${names}${more}`];
}
