import type { LogLine } from './log.ts';

/** A file of BIRD's configuration that confd cannot make, or that BIRD refuses. */
export interface RefusedFile {
  /** `bird.cfg`, or the template's name without its ending. */
  readonly file: string;
  readonly reason: string;
  readonly line: LogLine;
  /** Who says so: confd, which keeps the file before, or BIRD, which ends without a good one. */
  readonly by: 'confd' | 'bird';
}

// confd/pkg/resource/template/resource.go; v3.21 and older have no command in the line.
const checked = /Error from checkcmd(?: "[^"]*")?: "(?<said>.*)"/;
const position = /\/\.?(?<file>[\w.-]+?\.cfg)\d*:\d+:\d+,? (?<reason>.*?)(?:\\n.*)?$/;
const ownWords = /^bird6?: (?:bird6?: )?\/\S+\/\.?(?<file>[\w.-]+?\.cfg):\d+:\d+,? (?<reason>.*)$/;
const template =
  /[Uu]nable to process template (?<file>[\w.-]+?)(?:\.template)?, (?<reason>.*)|(?<missing>Missing template: (?<file2>[\w.-]+?)(?:\.template)?$)/;
const created = /Check failed, but file does not yet exist - create anyway/;
const updated = /Target config \S*\/(?<file>[\w.-]+\.cfg) has been updated/;
const accepted = /^bird6?: (?:Started|Reconfigured)$/;

// The files that the first one includes are made a moment later: that they are not there is part of every start.
const isOrdinary = (reason: string): boolean =>
  /Unable to open (?:included|configuration) file|No such file or directory/.test(reason);

function refusedBy(line: LogLine): RefusedFile | null {
  const said = checked.exec(line.message)?.groups?.['said'];
  if (said !== undefined) {
    const { file = 'bird.cfg', reason = said } = position.exec(said)?.groups ?? {};
    return isOrdinary(reason) || reason === '' ? null : { file, reason, line, by: 'confd' };
  }
  const bird = ownWords.exec(line.message)?.groups;
  if (bird) {
    const { file = '', reason = '' } = bird;
    return isOrdinary(reason) ? null : { file, reason, line, by: 'bird' };
  }
  const made = template.exec(line.message)?.groups;
  if (!made) return null;
  const file = made['file'] ?? made['file2'] ?? '';
  return { file, reason: made['reason'] ?? made['missing'] ?? '', line, by: 'confd' };
}

/** The file that a check was about, whatever it said. */
function checkedFile({ message }: LogLine): string | null {
  const said = checked.exec(message)?.groups?.['said'];
  return said === undefined ? null : (position.exec(said)?.groups?.['file'] ?? null);
}

/**
 * The files that are refused at the end of a log. A file that confd writes although its check failed, as there is none before, is
 * refused all the same. BIRD's lines of bird6 have the same name, so a start of one of the two ends BIRD's complaints only until it
 * complains again, which it does each second.
 */
export function refusedFiles(lines: readonly LogLine[]): readonly RefusedFile[] {
  const refused = new Map<string, RefusedFile>();
  const unchecked = new Set<string>();
  let last: string | null = null;
  for (const line of lines) {
    last = checkedFile(line) ?? last;
    const now = refusedBy(line);
    if (now) {
      refused.set(`${now.by} ${now.file}`, now);
    } else if (created.test(line.message)) {
      if (last !== null) unchecked.add(last);
    } else if (accepted.test(line.message)) {
      for (const [key, { by }] of refused) if (by === 'bird') refused.delete(key);
    } else {
      const file = updated.exec(line.message)?.groups?.['file'];
      if (file !== undefined && !unchecked.delete(file)) refused.delete(`confd ${file}`);
    }
  }
  return [...refused.values()];
}
