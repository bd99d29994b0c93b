import type { Evidence, ObjectRef } from '../model/finding.ts';
import { shortenMiddle, shortenWords, wrap, type Row } from './layout.ts';
import { shortName } from './references.ts';
import type { TextOptions } from './style.ts';
import { words } from './words.ts';

// What stands before the message of a log line: the time of a container runtime, then the prefix of Calico's own format
// (libcalico-go/lib/logutils), of klog, or of logrus. The time is shown from `at`, the rest only with `-o wide`.
const runtimeTime = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) (?:std(?:out|err) [FP] )?/;
const calicoPrefix = /^\d{4}-\d\d-\d\d[ T][\d:.,]+Z? \[[A-Z]+ *\]\[\d+\] \S+ (?:\d+|<nil>): ?/;
const klogPrefix = /^[IWEF]\d{4} [\d:.]+ +\d+ [\w.-]+:\d+\] /;
const logrusPrefix = /^time="[^"]*" level=\w+ msg=/;

/** A log line without its prefix; the line itself where the format is not known. */
export function messageOf(line: string): string {
  const rest = line.replace(runtimeTime, '');
  for (const prefix of [calicoPrefix, klogPrefix, logrusPrefix]) {
    const message = rest.replace(prefix, '');
    if (message !== rest && message !== '') return message;
  }
  return rest;
}

/** The time of day of an RFC 3339 time, with the day before it if it is not the day of `now`; empty if it is no time. */
export function clockTime(at: string | undefined, now: string): string {
  const match = /^(\d{4}-)(\d\d-\d\d)T(\d\d:\d\d:\d\d)/.exec(at ?? '');
  if (!match) return '';
  const [, year, day, clock] = match;
  return now.startsWith(`${year ?? ''}${day ?? ''}`)
    ? (clock ?? '')
    : `${day ?? ''} ${clock ?? ''}`;
}

const isLog = ({ field }: Evidence): boolean => field === 'log' || field === 'previous log';

/** The value of a row: the time first, then which container and run for a log line, the field's name for all else. */
export function valueOf(evidence: Evidence, now: string, isWide: boolean): string {
  const time = clockTime(evidence.at, now);
  if (!isLog(evidence))
    return [time, `${evidence.field}: ${evidence.text}`].filter(Boolean).join(' ');
  const { container } = evidence.from;
  return [
    // A whole line has its own time at its beginning.
    isWide && evidence.text.startsWith(evidence.at?.slice(0, 10) ?? '?') ? '' : time,
    container === undefined || container === 'calico-node' ? '' : `${container}:`,
    evidence.field === 'previous log' ? words.en.previousRun : '',
    isWide ? evidence.text : messageOf(evidence.text),
  ]
    .filter(Boolean)
    .join(' ');
}

const keyOf = ({ kind, namespace, name }: ObjectRef): string =>
  `${kind}/${namespace ?? ''}/${name}`;

export interface EvidenceOptions extends TextOptions {
  /** The time of the snapshot. */
  readonly now: string;
  readonly isWide: boolean;
  /** Columns for the object's name, and for the value. */
  readonly labelWidth: number;
  readonly valueWidth: number;
}

function twoLines(value: string, width: number, ellipsis: string): readonly string[] {
  const lines = value.length > width * 3 ? [] : wrap(value, width);
  // Two lines hold a little less than twice the width, as they break at blanks.
  const room = width * 2 - 12;
  return lines.length > 0 && lines.length <= 2
    ? lines
    : wrap(shortenWords(value, room, ellipsis), width);
}

/**
 * Evidence as rows of object and value. An object that several rows in a go are from is named once. Values take two
 * lines at most, then their middle is left out; with `isWide` all of them stand in full.
 */
export function evidenceRows(evidence: readonly Evidence[], options: EvidenceOptions): Row[] {
  const { now, isWide, labelWidth, valueWidth, glyphs } = options;
  return evidence.map((item, index) => {
    const before = evidence[index - 1];
    const isSame = before !== undefined && keyOf(before.from) === keyOf(item.from);
    const value = valueOf(item, now, isWide);
    return {
      label: isSame ? '' : shortenMiddle(shortName(item.from), labelWidth, glyphs.ellipsis),
      lines: isWide ? wrap(value, valueWidth) : twoLines(value, valueWidth, glyphs.ellipsis),
    };
  });
}
