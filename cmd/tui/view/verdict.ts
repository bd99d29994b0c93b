import type { CheckOutcome } from '../../../internal/model/check.ts';
import type { Finding } from '../../../internal/model/finding.ts';
import {
  columns,
  indent,
  listNames,
  pad,
  shortenMiddle,
  shortenWords,
  wrap,
} from '../../../internal/report/layout.ts';
import { affectedNames } from '../../../internal/report/references.ts';
import { symptomLine } from '../../../internal/report/text-finding.ts';
import { verdictSentence, verdictSign } from '../../../internal/report/verdict.ts';
import { words as reportWords } from '../../../internal/report/words.ts';
import { listedChecks, listedFindings } from '../findings.ts';
import { keyWords, type Keys } from '../key-words.ts';
import { linesInView } from '../list.ts';
import type { State, VerdictScreen } from '../state.ts';
import { words } from '../words.ts';
import { listRow, type Body, type ViewOptions } from './frame.ts';

const signs = { error: 'error', warning: 'warning', info: 'info' } as const;

// Lines of a row stand behind its cursor and its sign.
const rowIndent = 2;

// What it is, how sure, and where.
function findingHead(finding: Finding, idWidth: number, options: ViewOptions): string {
  const { glyphs, style, width } = options;
  const sign = glyphs[signs[finding.severity]];
  const mark = finding.severity === 'error' ? style.error : style.warning;
  const { severities, confidences } = reportWords.en;
  const tags = [severities[finding.severity], confidences[finding.confidence]]
    .filter(Boolean)
    .join(', ');
  const start = `${mark(sign)} ${pad(finding.id, idWidth)}  ${tags}  `;
  const room = width - rowIndent - 3 - columns(start);
  const names = listNames(affectedNames(finding.affected), room, 3);
  return start + shortenMiddle(names, Math.max(8, room), glyphs.ellipsis);
}

// The sentence above the list has the title of the first fault already.
function findingRest(finding: Finding, sentence: string, options: ViewOptions): readonly string[] {
  const { style, width } = options;
  const room = width - rowIndent * 2 - 3;
  const title = sentence.includes(finding.title) ? [] : wrap(finding.title, room);
  const symptoms = finding.symptoms.map((one) =>
    style.dim(words.explains(symptomLine(one, room - columns(one.id) - 14))),
  );
  return indent([...title, ...symptoms.flatMap((line) => wrap(line, room))], rowIndent);
}

function checkRow(check: CheckOutcome, isChosen: boolean, options: ViewOptions): readonly string[] {
  const { glyphs, style, width } = options;
  const sign = {
    unknown: style.warning(glyphs.unknown),
    'not-applicable': style.dim('-'),
    passed: style.ok(glyphs.ok),
    found: style.error(glyphs.error),
  }[check.result];
  const room = width - 6 - columns(glyphs.ok);
  const title = shortenWords(check.title, room, glyphs.ellipsis);
  const isTold = check.reason !== '' && (isChosen || check.result === 'unknown');
  const reason = isTold ? indent(wrap(check.reason, room), rowIndent).map(style.dim) : [];
  return [`${sign} ${title}`, ...reason];
}

function checksLine({ diagnosis }: State, isOpen: boolean, { style }: ViewOptions): string {
  const checks = diagnosis?.checks ?? [];
  const count = (result: CheckOutcome['result']): number =>
    checks.filter((check) => check.result === result).length;
  return style.dim(words.checks(count('passed'), count('unknown'), isOpen));
}

function keysOf(state: State, hasFindings: boolean): Keys {
  if (state.isFiltering) return keyWords.filtering;
  return [
    ...(hasFindings ? keyWords.verdict : []),
    ...keyWords.verdictAlways,
    ...(state.recordId === null ? [] : keyWords.undo),
  ];
}

/** The verdict and the list of findings, causes first; the checks below them, folded or not. */
export function verdictView(state: State, screen: VerdictScreen, options: ViewOptions): Body {
  const { diagnosis } = state;
  if (diagnosis === null) return { lines: [], keys: [] };
  const { style, width, height, isNumbered } = options;
  const findings = listedFindings(diagnosis, screen.filter);
  const checks = listedChecks(diagnosis, screen);
  const sign = verdictSign(diagnosis, options.glyphs, style);
  const by = columns(sign) + 1;
  const sentence = verdictSentence(diagnosis);
  const isFilterShown = state.isFiltering || screen.filter !== '';
  const top = [
    ...indent(wrap(sentence, width - by).map(style.strong), by, `${sign} `),
    '',
    ...(isFilterShown ? [words.filter(screen.filter, state.isFiltering), ''] : []),
  ];
  const bottom = ['', checksLine(state, screen.areChecksOpen, options)];
  const room = Math.max(1, height - top.length - bottom.length);
  const idWidth = Math.max(0, ...findings.map(({ finding }) => columns(finding.id)));
  const rowsWith = (isOpen: (row: number) => boolean): readonly (readonly string[])[] => [
    ...findings.map(({ finding }, row) => {
      const rest = isOpen(row) ? findingRest(finding, sentence, options) : [];
      return listRow([findingHead(finding, idWidth, options), ...rest], row, screen.row, options);
    }),
    ...checks.map((check, index) => {
      const row = findings.length + index;
      const isChosen = !isNumbered && row === screen.row;
      return listRow(checkRow(check, isChosen, options), row, screen.row, options);
    }),
  ];
  // Where all rows do not fit with what belongs to them, only the chosen one has it.
  const all = rowsWith(() => true);
  const rows = all.flat().length <= room ? all : rowsWith((row) => row === screen.row);
  const isEmpty = findings.length === 0 && diagnosis.findings.length > 0;
  return {
    lines: [
      ...top,
      ...(isEmpty ? [words.noMatch] : []),
      ...linesInView(rows, screen.row, room),
      ...bottom,
    ],
    keys: keysOf(state, findings.length > 0),
  };
}
