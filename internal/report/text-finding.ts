import type { Finding, Symptom } from '../model/finding.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Source } from '../model/snapshot.ts';
import { evidenceRows } from './evidence.ts';
import {
  alignRows,
  columns,
  indent,
  labelWidth,
  listNames,
  pad,
  wrap,
  type Row,
} from './layout.ts';
import { affectedNames } from './references.ts';
import type { TextOptions } from './style.ts';
import { words } from './words.ts';

const { labels } = words.en;

export interface FindingOptions extends TextOptions {
  readonly now: string;
  /** Where the finding comes from; without it the command that fixes it is not named. */
  readonly source?: Source;
  readonly isWide: boolean;
  /** The verdict says the title of the first finding already. */
  readonly hasTitle: boolean;
  /** The evidence that decides, which stands first, gets a sign before it. */
  readonly isDecisiveMarked?: boolean;
}

const mostEvidence = 5;
const mostCommands = 12;
const rowIndent = 4;

// What a shell would take apart is put in quotes.
const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

const isSent = ({ action, changes, drains = [] }: Remedy): boolean =>
  (action === 'apply' || action === 'apply-temporary') && changes.length + drains.length > 0;

/** The command that shows what a remedy of a finding would change; null where only a person can do it. */
export function fixCommand(
  { id, remedies }: Pick<Finding, 'id' | 'remedies'>,
  remedy: Remedy,
  source: Source | undefined,
): string | null {
  if (!isSent(remedy) || source === undefined) return null;
  // What `fix` takes by itself need not be named.
  const own = remedies.find((one) => isSent(one) && one.consent === undefined);
  return [
    `kubectl calico-fix fix ${id}`,
    ...(remedy === own ? [] : [`--remedy ${remedy.id}`]),
    ...(remedy.consent === undefined ? [] : [`--${remedy.consent}`]),
    // On every node that is emptied there is calico-node, of a DaemonSet: without the flag the drain is refused.
    ...(remedy.drains === undefined ? [] : ['--ignore-daemonsets']),
    source.kind === 'live'
      ? '--dry-run=server'
      : `--from ${shellWord(source.name)} --dry-run=client`,
  ].join(' ');
}

/** What explains a finding further; every id has its page. */
export const explainCommand = (id: string): string => `kubectl calico-fix explain ${id}`;

function header(finding: Finding, { width, style, isWide }: FindingOptions): string[] {
  const severity = words.en.severities[finding.severity];
  const tags = [severity, words.en.confidences[finding.confidence]].filter(Boolean).join(', ');
  const used = 2 + columns(finding.id) + 3 + columns(tags) + 3;
  const names = affectedNames(finding.affected);
  const mark = finding.severity === 'error' ? style.error : style.warning;
  const begin = `  ${style.strong(finding.id)}   ${mark(tags)}`;
  const isTight = used + columns(names[0] ?? '') > width;
  const text = listNames(names, isTight ? width - 2 : width - used, isWide ? 20 : 4);
  if (isTight || columns(text) > width - used) return [begin, ...indent(wrap(text, width - 2), 2)];
  return [`${begin}   ${text}`];
}

/** A symptom and the objects that have it: `bgp-not-established on worker-3 and worker-7`. */
export const symptomLine = ({ id, affected }: Symptom, width: number): string => {
  const names = affected.length === 0 ? '' : listNames(affectedNames(affected), width, 3);
  return `${id}${words.en.onNodes(names)}`;
};

function observationRows(finding: Finding, options: FindingOptions): string[] {
  const { width, isWide, style } = options;
  const most = Math.floor((width - rowIndent) * 0.32);
  const shown = isWide ? finding.evidence : finding.evidence.slice(0, mostEvidence);
  const full = { ...options, labelWidth: most, valueWidth: width };
  const column = Math.max(
    labelWidth(evidenceRows(shown, full), most),
    columns(finding.symptoms.length > 0 ? labels.explains : ''),
    columns(finding.ruledOut.length > 0 ? labels.ruledOut : ''),
  );
  const valueWidth = width - rowIndent - column - 2;
  const row = (label: string, texts: readonly string[]): Row[] =>
    texts.map((text, index) => ({
      label: index === 0 ? label : '',
      lines: wrap(text, valueWidth),
    }));
  const hidden = finding.evidence.length - shown.length;
  const symptoms = finding.symptoms.map((symptom) =>
    symptomLine(symptom, valueWidth - columns(symptom.id) - 4),
  );
  const rows = [
    ...evidenceRows(shown, { ...options, labelWidth: column, valueWidth }),
    ...row('', hidden > 0 ? [words.en.moreRows(hidden)] : []),
    ...row(labels.explains, symptoms),
    ...row(labels.ruledOut, finding.ruledOut),
  ];
  const lines = indent(alignRows(rows, column, style.dim), rowIndent);
  return options.isDecisiveMarked === true ? withMark(finding, lines, options) : lines;
}

const decisiveMark = '> ';

// Where the evidence does not decide, no line of it does.
function withMark(
  { id, confidence, evidence }: Finding,
  [first = '', ...rest]: readonly string[],
  { style }: FindingOptions,
): string[] {
  const isDecided = evidence.length > 0 && confidence !== 'possible' && id !== 'undetermined';
  if (!isDecided) return [first, ...rest];
  const legend = ' '.repeat(rowIndent) + style.dim(words.en.decides(decisiveMark.trim()));
  const marked = ' '.repeat(rowIndent - decisiveMark.length) + style.strong(decisiveMark);
  return [marked + first.slice(rowIndent), ...rest, legend];
}

/** A remedy's place, whether it lasts there, and what it disturbs, as one sentence without a stop. */
export function remedyTerms({ target, action, risk }: Remedy, dot: string): string {
  const place = target ? `${target.kind}/${target.name}` : '';
  return [place, words.en.actions[action], words.en.risks[risk]].filter(Boolean).join(` ${dot} `);
}

const documentBegin = /(?<!<)<<-?\s*['"]?(\w+)['"]?/;

/**
 * Commands as lines indented by so many columns, to be copied. A here-document ends only at a line without blanks before it, so
 * such a command is not indented.
 */
export function commandLines(
  texts: readonly string[],
  by: number,
  style: TextOptions['style'],
): string[] {
  let end: string | null = null;
  return texts.flatMap((text) => {
    const lines = text.split('\n');
    return lines.map((line) => {
      const begin = end === null && !line.startsWith('#') ? documentBegin.exec(line) : null;
      const isInside = end !== null || begin !== null || lines.length > 1;
      if (begin) end = begin[1] ?? null;
      else if (line === end) end = null;
      const mark = !isInside && line.startsWith('#') ? style.dim : style.command;
      return (isInside ? '' : ' '.repeat(by)) + mark(line);
    });
  });
}

function commands(remedy: Remedy, by: number, { isWide, style }: FindingOptions): string[] {
  const shown = isWide ? remedy.manual : remedy.manual.slice(0, mostCommands);
  const hidden = remedy.manual.length - shown.length;
  return [
    ...commandLines(shown, by, style),
    ...(hidden > 0 ? [' '.repeat(by) + style.dim(words.en.moreLines(hidden))] : []),
  ];
}

function remedyLines(finding: Finding, options: FindingOptions): string[] {
  const { width, style, glyphs, isWide } = options;
  const [first, ...others] = finding.remedies;
  if (!first) return [];
  const label = finding.id === 'undetermined' ? labels.next : labels.fix;
  const by = columns(label) + 4;
  const prose = (text: string): string[] => indent(wrap(text, width - by), by);
  const detailed = (remedy: Remedy): string[] => {
    const fix = fixCommand(finding, remedy, options.source);
    return [
      ...(finding.id === 'undetermined' ? [] : prose(remedyTerms(remedy, glyphs.dot))),
      ...remedy.consequences.flatMap(prose),
      ...(fix === null ? [] : [' '.repeat(by) + style.command(fix)]),
      ...commands(remedy, by + 2, options),
    ];
  };
  // Where the first is done by hand, what can be done from here is said all the same.
  const own = isSent(first) ? undefined : others.find(isSent);
  const ownFix = own ? fixCommand(finding, own, options.source) : null;
  const othersFix = ownFix === null ? [] : [' '.repeat(by) + style.command(ownFix)];
  const or = others.map(({ title }) => title).join('; ');
  const rest = isWide
    ? others.flatMap((remedy) => [...prose(labels.or + remedy.title), ...detailed(remedy)])
    : [...prose(or === '' ? '' : labels.or + or), ...othersFix].filter(
        (line) => line.trim() !== '',
      );
  return [
    ...indent(wrap(first.title, width - by), by, `  ${style.strong(pad(label, by - 2))}`),
    ...detailed(first),
    ...rest,
  ];
}

const explainLine = (id: string, { style }: TextOptions): string =>
  `  ${labels.more} ${style.command(explainCommand(id))}`;

/** A finding in full: what, where, its evidence, what to do. */
export function findingLines(finding: Finding, options: FindingOptions): string[] {
  const prose = (text: string): string[] => indent(wrap(text, options.width - 2), 2);
  const explain = finding.id === 'undetermined' ? [] : [explainLine(finding.id, options)];
  const rows = observationRows(finding, options);
  const cure = remedyLines(finding, options);
  return [
    ...header(finding, options),
    ...(options.hasTitle ? prose(options.style.strong(finding.title)) : []),
    ...prose(finding.summary),
    ...(rows.length > 0 ? ['', ...rows] : []),
    ...(rows.length + cure.length > 0 ? [''] : []),
    ...cure,
    ...explain,
  ];
}

/** A warning or a remark, shorter: what, where, and where to read on. */
export function remarkLines(finding: Finding, options: FindingOptions): string[] {
  const prose = (text: string): string[] => indent(wrap(text, options.width - 2), 2);
  return [
    ...header(finding, options),
    ...prose(`${finding.title}. ${finding.summary}`),
    explainLine(finding.id, options),
  ];
}
