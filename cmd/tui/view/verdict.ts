import type { CheckOutcome } from '../../../internal/model/check.ts';
import {
  columns,
  indent,
  listNames,
  pad,
  shortenWords,
  wrap,
} from '../../../internal/report/layout.ts';
import { affectedNames } from '../../../internal/report/references.ts';
import { verdictSentence, verdictSign } from '../../../internal/report/verdict.ts';
import { listedChecks, listedFindings, type ListedFinding } from '../findings.ts';
import { windowOf } from '../list.ts';
import type { State, VerdictScreen } from '../state.ts';
import { words } from '../words.ts';
import { listRow, type Body, type ViewOptions } from './frame.ts';

const signs = { error: 'error', warning: 'warning', info: 'info' } as const;

function findingRow(
  { finding }: ListedFinding,
  row: number,
  chosen: number,
  idWidth: number,
  options: ViewOptions,
): string {
  const { glyphs, style, width } = options;
  const sign = glyphs[signs[finding.severity]];
  const mark = finding.severity === 'error' ? style.error : style.warning;
  const room = width - 2 - columns(sign) - 1 - idWidth - 2;
  const names = affectedNames(finding.affected);
  // Most titles name what is affected themselves.
  const isNamed = names.length === 0 || finding.title.includes(names[0] ?? '');
  const prefix = isNamed ? '' : `${listNames(names, Math.floor(room / 2), 2)}: `;
  const text = shortenWords(`${prefix}${finding.title}`, room, glyphs.ellipsis);
  return listRow(`${mark(sign)} ${pad(finding.id, idWidth)}  ${text}`, row, chosen, options);
}

function checkRow(check: CheckOutcome, row: number, chosen: number, options: ViewOptions): string {
  const { glyphs, style, width } = options;
  const sign = check.result === 'unknown' ? style.warning(glyphs.unknown) : style.ok(glyphs.ok);
  const reason = check.result === 'passed' ? '' : ` (${check.reason})`;
  const text = shortenWords(
    `${check.title}${reason}`,
    width - 4 - columns(glyphs.ok),
    glyphs.ellipsis,
  );
  return listRow(
    `${check.result === 'not-applicable' ? style.dim('-') : sign} ${text}`,
    row,
    chosen,
    options,
  );
}

function checksLine({ diagnosis }: State, isOpen: boolean, { style }: ViewOptions): string {
  const checks = diagnosis?.checks ?? [];
  const count = (result: CheckOutcome['result']): number =>
    checks.filter((check) => check.result === result).length;
  return style.dim(words.checks(count('passed'), count('unknown'), isOpen));
}

/** The verdict and the list of findings, causes first; the checks below them, folded or not. */
export function verdictView(state: State, screen: VerdictScreen, options: ViewOptions): Body {
  const { diagnosis } = state;
  if (diagnosis === null) return { lines: [], keys: [] };
  const findings = listedFindings(diagnosis, screen.filter);
  const checks = listedChecks(diagnosis, screen);
  const sign = verdictSign(diagnosis, options.glyphs, options.style);
  const by = columns(sign) + 1;
  const sentence = wrap(verdictSentence(diagnosis), options.width - by).map(options.style.strong);
  const isFilterShown = state.isFiltering || screen.filter !== '';
  const top = [
    ...indent(sentence, by, `${sign} `),
    '',
    ...(isFilterShown ? [words.filter(screen.filter, state.isFiltering), ''] : []),
  ];
  const bottom = ['', checksLine(state, screen.areChecksOpen, options)];
  const idWidth = Math.max(0, ...findings.map(({ finding }) => columns(finding.id)));
  const length = findings.length + checks.length;
  const { from, to } = windowOf(screen.row, length, options.height - top.length - bottom.length);
  const rows = Array.from({ length: to - from }, (_, index) => {
    const row = from + index;
    const finding = findings[row];
    if (finding) return findingRow(finding, row, screen.row, idWidth, options);
    const check = checks[row - findings.length];
    return check ? checkRow(check, row, screen.row, options) : '';
  });
  const isEmpty = findings.length === 0 && diagnosis.findings.length > 0;
  return {
    lines: [...top, ...(isEmpty ? [words.noMatch] : []), ...rows, ...bottom],
    keys: state.isFiltering
      ? words.keys.filtering
      : [...(findings.length > 0 ? words.keys.verdict : []), ...words.keys.verdictAlways],
  };
}
