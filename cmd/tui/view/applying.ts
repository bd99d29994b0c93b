import type { ApplyEvent } from '../../../internal/model/apply.ts';
import { words as applyWords } from '../../../internal/report/apply-words.ts';
import { columns, indent, pad, shortenMiddle, wrap } from '../../../internal/report/layout.ts';
import { objectName } from '../../../internal/report/plan-steps.ts';
import { sanitize } from '../../../internal/report/sanitize.ts';
import { elapsedSeconds, type ApplyProgress } from '../apply-progress.ts';
import { keyWords } from '../key-words.ts';
import type { ApplyingScreen, State } from '../state.ts';
import { words } from '../words.ts';
import { titled, type Body, type ViewOptions } from './frame.ts';

type PodEvent = Extract<ApplyEvent, { readonly kind: 'pod' }>;
type RolloutNode = Extract<ApplyEvent, { readonly kind: 'rollout' }>['nodes'][number];

const says = applyWords.en;

const podSigns: Readonly<Record<PodEvent['state'], 'ok' | 'error' | 'unknown' | 'dot'>> = {
  deleting: 'dot',
  evicting: 'dot',
  blocked: 'unknown',
  terminating: 'dot',
  gone: 'ok',
  ready: 'ok',
  skipped: 'dot',
  failed: 'error',
};

const nodeSigns: Readonly<Record<RolloutNode['state'], 'ok' | 'error' | 'dot'>> = {
  replacing: 'dot',
  starting: 'dot',
  ready: 'ok',
  failing: 'error',
};

function row(sign: string, name: string, told: string, options: ViewOptions): string {
  const { width, glyphs } = options;
  const room = Math.min(48, Math.floor(width / 2));
  const shown = pad(shortenMiddle(sanitize(name), room, glyphs.ellipsis), room);
  const rest = width - room - columns(sign) - 6;
  return `    ${sign} ${shown} ${shortenMiddle(sanitize(told), rest, glyphs.ellipsis)}`;
}

const because = (told: string, reason: string): string =>
  reason === '' ? told : `${told}: ${reason}`;

// What needs a look stands first: a list that is longer than the window loses its end.
const byNeed = <T extends { readonly state: string }>(items: readonly T[]): readonly T[] => {
  const order = ['failing', 'failed', 'blocked', 'replacing', 'starting', 'evicting', 'deleting'];
  const rank = ({ state }: T): number => {
    const place = [...order, 'terminating'].indexOf(state);
    return place === -1 ? order.length + 1 : place;
  };
  return items.toSorted((a, b) => rank(a) - rank(b));
};

function phaseName(phase: ApplyProgress['phases'][number], { task }: ApplyingScreen): string {
  const undo = task.undoes === null ? undefined : says.undoPhases[phase];
  return undo ?? says.phases[phase];
}

// What is done in a line each, or the last of it where there is little room; what is under way with its time.
function phaseLines(state: State, screen: ApplyingScreen, options: ViewOptions): readonly string[] {
  const { progress } = screen;
  const { style, glyphs, width, height } = options;
  const now = progress.phase;
  const done = progress.phases.filter((phase) => phase !== now);
  const names = done.map((phase) => phaseName(phase, screen));
  const ok = style.ok(glyphs.ok);
  const passed =
    height > 24
      ? names.map((name) => `${ok} ${name}`)
      : names.length > 0
        ? [`${ok} ${words.stepsDone(names.length, names.at(-1) ?? '')}`]
        : [];
  if (now === null) return passed;
  const seconds = elapsedSeconds(progress, state.nowMs);
  const { expectedSeconds, limitSeconds } = progress;
  const limits = [
    ...(expectedSeconds === null ? [] : [words.about(expectedSeconds)]),
    ...(limitSeconds === null ? [] : [words.limit(limitSeconds)]),
  ].join(', ');
  const time = `${words.seconds(seconds)}${limits === '' ? '' : ` (${limits})`}`;
  const name = `> ${phaseName(now, screen)}`;
  const isOne = columns(name) + 3 + columns(time) <= width;
  return [
    ...passed,
    ...(isOne ? [`${style.strong(name)}   ${time}`] : [style.strong(name), `  ${time}`]),
  ];
}

function rolloutLines({ rollout }: ApplyProgress, options: ViewOptions): readonly string[] {
  if (!rollout) return [];
  const { ref, updated, ready, desired, nodes } = rollout;
  const told = words.rollout(objectName(ref), updated, ready, desired);
  return [
    ...indent(wrap(sanitize(told), options.width - 2), 2),
    ...byNeed(nodes).map(({ node, state, reason }) => {
      const sign = options.glyphs[nodeSigns[state]];
      return row(sign, node, because(says.rolloutStates[state], reason), options);
    }),
  ];
}

function podLines({ pods }: ApplyProgress, options: ViewOptions): readonly string[] {
  return [...Map.groupBy(pods, ({ node }) => node)].flatMap(([node, own]) => {
    const leaving = own.filter(({ state }) => state !== 'skipped');
    const gone = leaving.filter(({ state }) => state === 'gone' || state === 'ready').length;
    return [
      `  ${sanitize(words.podsOf(node, gone, leaving.length))}`,
      ...byNeed(leaving).map(({ namespace, name, state, reason }) => {
        const sign = options.glyphs[podSigns[state]];
        const told = because(says.podStates[state], reason);
        return row(sign, `${namespace}/${name}`, told, options);
      }),
    ];
  });
}

function remarks({ notes, waiting }: ApplyProgress, { width }: ViewOptions): readonly string[] {
  const texts = [...notes.slice(-3), ...(waiting ? [waiting.text] : [])];
  return texts.flatMap((text) => indent(wrap(sanitize(text), width - 2), 2));
}

/** A plan being carried out: its phases, the rollout node by node, a drain pod by pod, the time gone and expected. */
export function applyingView(state: State, screen: ApplyingScreen, options: ViewOptions): Body {
  const { progress, isStopping, task } = screen;
  const { style, width, height } = options;
  const lines = titled(
    task.title,
    [
      ...phaseLines(state, screen, options),
      ...(isStopping ? ['', ...wrap(words.stopping, width).map(style.warning), ''] : []),
      ...remarks(progress, options),
      ...rolloutLines(progress, options),
      ...podLines(progress, options),
    ],
    options,
  );
  const hidden = lines.length - height;
  const shown =
    hidden > 0
      ? [...lines.slice(0, height - 1), style.dim(`    ${words.moreRows(hidden + 1)}`)]
      : lines;
  return { lines: shown, keys: keyWords.applying, isModal: true };
}
