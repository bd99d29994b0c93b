import type { Plan, PlanItem, Step } from '../model/plan.ts';
import { addressLines } from './plan-addresses.ts';
import { cleanPlan } from './plan-clean.ts';
import { changeLines, drainLines, objectName, type PlanOptions } from './plan-steps.ts';
import { verdictLines, type Trial } from './plan-verdict.ts';
import { words } from './plan-words.ts';
import { alignRows, columns, indent, labelWidth, listNames, wrap, type Row } from './layout.ts';
import { affectedNames } from './references.ts';
import { textOf } from './text.ts';
import { commandLines } from './text-finding.ts';

const says = words.en;
const { labels } = says;
const mostCommands = 12;

const sourceName = ({ source }: Plan): string =>
  source.kind === 'live' ? says.context(source.name) : says.dump(source.name);

function itemText({ finding, remedy }: PlanItem, width: number): string {
  if (!finding) return remedy.title;
  const names = listNames(affectedNames(finding.affected), Math.floor(width / 2), 3);
  return says.forFinding(remedy.title, finding.id, names);
}

// The place is at the right of the last line where there is room, else on a line of its own.
function titleLines(plan: Plan, options: PlanOptions): string[] {
  const { width, style, glyphs, undoes } = options;
  const [first, ...others] = plan.items;
  if (!first) return [];
  const isOne = others.length === 0;
  const what = isOne ? itemText(first, width) : says.severalItems(plan.items.length);
  const title = undoes === null ? what : says.undoOf(undoes, what);
  const lines = wrap(title, width);
  const place = sourceName(plan);
  const room = width - columns(lines.at(-1) ?? '') - columns(place);
  const placed =
    room >= 3
      ? [...lines.slice(0, -1), `${lines.at(-1) ?? ''}${' '.repeat(room)}${style.dim(place)}`]
      : [...lines, style.dim(place)];
  const items = isOne
    ? []
    : plan.items.flatMap((item) =>
        indent(wrap(itemText(item, width - 4), width - 4), 4, `  ${glyphs.dot} `),
      );
  return [...placed.map((line, index) => (index === 0 ? style.strong(line) : line)), ...items];
}

const stepLines = (step: Step, plan: Plan, options: PlanOptions): string[] =>
  step.kind === 'drain' ? drainLines(step, options) : changeLines(step, plan, options);

// Steps of one line stand together, such as pods that are started anew.
function stepBlocks(plan: Plan, options: PlanOptions): readonly (readonly string[])[] {
  const blocks: string[][] = [];
  let isOpen = false;
  for (const step of plan.steps) {
    const lines = stepLines(step, plan, options);
    if (isOpen && lines.length === 1) blocks.at(-1)?.push(...lines);
    else blocks.push([...lines]);
    isOpen = lines.length === 1;
  }
  return blocks;
}

const isPodGone = (step: Step): boolean =>
  step.kind === 'change' && step.change.ref.kind === 'Pod' && step.change.verb !== 'patch';

/** True if `undo` can bring something of it back: pods that were deleted or evicted are no such thing. */
export const isUndoable = ({ steps }: Plan): boolean =>
  steps.some((step) => (step.kind === 'drain' ? step.cordon !== null : !isPodGone(step)));

function undoRow(plan: Plan, width: number, undoes: string | null): Row[] {
  if (plan.steps.length === 0 || undoes !== null) return [];
  const hasLost = plan.steps.some((step) =>
    step.kind === 'drain' ? step.pods.some(({ verdict }) => verdict === 'evict') : isPodGone(step),
  );
  const command = isUndoable(plan) ? says.undoCommand : says.nothingUndoable;
  const lines = [command, ...(hasLost ? wrap(says.notUndoable, width) : [])];
  return [{ label: labels.undo, lines }];
}

function factRows(plan: Plan, { width, style, undoes }: PlanOptions): string[] {
  const rows = (room: number): Row[] => [
    ...plan.consequences.map((text, index) => ({
      label: index === 0 ? labels.happens : '',
      lines: wrap(text, room),
    })),
    ...plan.conflicts.map(({ ref, field, remedies }, index) => ({
      label: index === 0 ? labels.conflicts : '',
      lines: wrap(says.conflict(field, objectName(ref), remedies.join(', ')), room),
    })),
    ...undoRow(plan, room, undoes),
  ];
  const column = labelWidth(rows(width), 20);
  return indent(alignRows(rows(width - column - 4), column, style.strong), 2);
}

// What is left for a person to do is never cut: half a runbook is worse than none.
function commandBlock(
  label: string,
  commands: readonly string[],
  { style, isWide, unfold = says.unfold }: PlanOptions,
): string[] {
  if (commands.length === 0) return [];
  const isCut = label === labels.byHand && !isWide;
  const shown = isCut ? commands.slice(0, mostCommands) : commands;
  const hidden = commands.length - shown.length;
  return [
    `  ${style.strong(label)}`,
    ...commandLines(shown, 4, style),
    ...(hidden > 0 ? [`    ${style.dim(says.moreLines(hidden, unfold))}`] : []),
  ];
}

// Where nothing is sent, the edit at its source is what is left to do, and not said twice.
const durableOnly = ({ durable, manual }: Plan): readonly string[] =>
  durable.every((line) => manual.includes(line)) ? [] : durable;

/**
 * The preview of a plan: what for, each request with its difference, addresses now and then, consequences, how to undo it, the
 * same with kubectl, what has to be done elsewhere, and last what an API server said to it. `trial` says how far it was tried.
 */
export function renderPlan(plan: Plan, trial: Trial, options: PlanOptions): string {
  const clean = cleanPlan(plan, options.glyphs.newline);
  const table = addressLines(
    clean.addresses,
    { ...options, width: options.width - 2 },
    options.isWide,
    options.unfold,
  );
  const kubectl = clean.steps.flatMap((step) => step.kubectl);
  return textOf([
    titleLines(clean, options),
    ...stepBlocks(clean, options),
    indent(table, 2),
    factRows(clean, options),
    commandBlock(labels.byHand, kubectl, options),
    commandBlock(labels.durable, durableOnly(clean), options),
    commandBlock(labels.then, clean.manual, options),
    verdictLines(clean, trial, options),
  ]);
}
