import type { ObjectRef } from '../model/finding.ts';
import type { Install } from '../model/install.ts';
import type { ChangeStep, DrainStep, JudgedPod, Plan } from '../model/plan.ts';
import type { Change } from '../model/remedy.ts';
import { alignRows, indent, labelWidth, listNames, wrap, type Row } from './layout.ts';
import { diffOf, unindented, type DiffLine } from './plan-diff.ts';
import { words } from './plan-words.ts';
import { sanitize } from './sanitize.ts';
import { toJson } from './json.ts';
import { toYaml } from './yaml.ts';
import type { TextOptions } from './style.ts';

const says = words.en;

/** How a plan is shown: `isWide` leaves nothing out. */
export interface PlanOptions extends TextOptions {
  readonly isWide: boolean;
  /** Id of the record that the plan takes back; null for a fix. */
  readonly undoes: string | null;
  /** What the reader does to see what is left out; absent: the flag of the command line. */
  readonly unfold?: string;
}

const mostDiffLines = 40;
const mostPods = 6;
const mostBlocking = 20;

/** An object as the preview names it: `DaemonSet/calico-node in kube-system`. */
export const objectName = ({ kind, name, namespace }: ObjectRef): string =>
  `${kind}/${name}${namespace === undefined ? '' : says.inNamespace(namespace)}`;

/** Until when a change of the installation stays, in a few words. */
export function lasting({ action, owner, distribution }: Install): string {
  if (action !== 'apply-temporary') return says.lasts;
  return (
    says.untilByOwner[owner] ??
    (distribution && says.untilByDistribution[distribution]) ??
    says.until
  );
}

function requestWords(change: Change, { install }: Plan): string {
  const isPod = change.ref.kind === 'Pod';
  if (change.verb === 'patch') {
    return `${says.patches[change.patchType ?? 'merge']}, ${lasting(install)}`;
  }
  const request = says.requests[change.verb];
  return isPod && change.verb !== 'create' ? `${request}; ${says.newPod}` : request;
}

const signs = { '-': 'error', '+': 'ok', ' ': 'dim', '@': 'strong' } as const;

function shownDiff(lines: readonly DiffLine[], options: PlanOptions): string[] {
  const { isWide, style, glyphs, unfold = says.unfold } = options;
  const shown = isWide ? lines : lines.slice(0, mostDiffLines);
  const hidden = lines.length - shown.length;
  return [
    ...shown.map(({ sign, text }) => {
      const shownSign = sign === '@' ? ' ' : sign;
      return style[signs[sign]](`  ${shownSign} ${sanitize(text, glyphs.newline)}`.trimEnd());
    }),
    ...(hidden > 0 ? [`    ${style.dim(says.moreLines(hidden, unfold))}`] : []),
  ];
}

const hasDiff = ({ change, before }: ChangeStep, isWide: boolean): boolean =>
  change.verb === 'patch' ||
  change.verb === 'create' ||
  (isWide && before !== null && change.ref.kind !== 'Pod');

// What the object looks like is not known, only what is sent.
const patchLines = ({ change }: ChangeStep): readonly DiffLine[] => [
  { sign: '@', text: says.unread },
  ...toYaml(toJson(change.body))
    .trimEnd()
    .split('\n')
    .map((text) => ({ sign: '+' as const, text })),
];

/** One request: the object, how it is sent, until when it stays, and what becomes different. */
export function changeLines(step: ChangeStep, plan: Plan, options: PlanOptions): string[] {
  const { style, width } = options;
  const name = objectName(step.change.ref);
  const head = indent(wrap(`${name}   ${requestWords(step.change, plan)}`, width - 2), 2);
  const [first = '', ...rest] = head;
  const isBlind = step.change.verb === 'patch' && step.before === null;
  const lines = isBlind
    ? patchLines(step)
    : hasDiff(step, options.isWide)
      ? unindented(diffOf(step))
      : [];
  return [
    first.replace(name, () => style.strong(name)),
    ...rest,
    ...(step.change.verb === 'patch' && lines.length === 0
      ? [`    ${style.dim(says.noDifference)}`]
      : shownDiff(lines, options)),
  ];
}

const podName = ({ namespace, name }: JudgedPod): string => `${namespace}/${name}`;

function podRow(
  label: string,
  pods: readonly JudgedPod[],
  width: number,
  { isWide, unfold = says.unfold }: PlanOptions,
): Row[] {
  if (pods.length === 0) return [];
  const names = pods.map(podName);
  if (isWide) return [{ label, lines: names.map((name) => name) }];
  const isCut = names.length > mostPods;
  const text = listNames(names, width * 2, mostPods) + (isCut ? says.drain.list(unfold) : '');
  return [{ label, lines: wrap(text, width) }];
}

// Pods that stay are counted by why: most are those of DaemonSets.
function stayRow(pods: readonly JudgedPod[], width: number, options: PlanOptions): Row[] {
  if (options.isWide) return podRow(says.drain.stay, pods, width, options);
  const reasons = Map.groupBy(pods, ({ reason }) => reason);
  const texts = [...reasons].map(([reason, group]) =>
    reason === '' ? String(group.length) : `${group.length} (${reason})`,
  );
  return texts.length === 0
    ? []
    : [{ label: says.drain.stay, lines: wrap(texts.join(', '), width) }];
}

function blockingRows(pods: readonly JudgedPod[], width: number, isWide: boolean): Row[] {
  const shown = isWide ? pods : pods.slice(0, mostBlocking);
  return shown.map((pod, index) => ({
    label: index === 0 ? says.drain.block : '',
    lines: wrap(`${podName(pod)}${pod.reason === '' ? '' : `: ${pod.reason}`}`, width),
  }));
}

// What an evicted pod loses has to be known before.
function losses(
  pods: readonly JudgedPod[],
  { width, style, glyphs, isWide }: PlanOptions,
): string[] {
  const warned = pods.filter(({ verdict, reason }) => verdict === 'evict' && reason !== '');
  return [...Map.groupBy(warned, ({ reason }) => reason)].flatMap(([reason, group]) => {
    const names = listNames(group.map(podName), Infinity, isWide ? group.length : 3);
    const sign = style.warning(glyphs.warning);
    return indent(wrap(`${reason}: ${names}`, width - 6), 6, `    ${sign} `);
  });
}

/** What a drain does, in a few words: `is cordoned, then 3 pods are evicted`. */
export function drainWords({ cordon, pods, options }: DrainStep): string {
  const count = pods.filter(({ verdict }) => verdict === 'evict').length;
  if (options.disableEviction && count > 0) return says.drain.deleted(count);
  return cordon === null ? says.drain.isCordoned(count) : says.drain.cordon(count);
}

/** A node that is emptied: what speaks against it, which pods leave, which stay. */
export function drainLines(step: DrainStep, options: PlanOptions): string[] {
  const { width, style, glyphs, isWide } = options;
  const name = objectName({ kind: 'Node', name: step.node });
  const concerns = step.concerns.flatMap(({ text, isBlocking }) => {
    const sign = isBlocking ? style.error(glyphs.error) : style.warning(glyphs.warning);
    return indent(wrap(text, width - 6), 6, `    ${sign} `);
  });
  const of = (verdict: JudgedPod['verdict']): readonly JudgedPod[] =>
    step.pods.filter((pod) => pod.verdict === verdict);
  const room = width - 4 - 9;
  const rows = [
    ...blockingRows(of('blocks'), room, isWide),
    ...podRow(says.drain.evicted, of('evict'), room, options),
    ...stayRow(of('skip'), room, options),
  ];
  return [
    `  ${style.strong(name)}   ${drainWords(step)}`,
    ...concerns,
    ...losses(step.pods, options),
    ...indent(alignRows(rows, labelWidth(rows, 7), style.dim), 4),
  ];
}
