import type { ApplyEvent } from '../../../internal/model/apply.ts';
import { columns, indent, pad, shortenMiddle, wrap } from '../../../internal/report/layout.ts';
import { sanitize } from '../../../internal/report/sanitize.ts';
import type { ApplyProgress } from '../apply-progress.ts';
import type { ApplyingScreen, State } from '../state.ts';
import { words } from '../words.ts';
import { titled, type Body, type ViewOptions } from './frame.ts';

type PodEvent = Extract<ApplyEvent, { readonly kind: 'pod' }>;
type RolloutNode = Extract<ApplyEvent, { readonly kind: 'rollout' }>['nodes'][number];

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
  const room = Math.min(40, Math.floor(width / 2));
  const shown = pad(shortenMiddle(sanitize(name), room, glyphs.ellipsis), room);
  const rest = width - room - columns(sign) - 4;
  return `  ${sign} ${shown} ${shortenMiddle(sanitize(told), rest, glyphs.ellipsis)}`;
}

// What needs a look stands first: a list that is longer than the window loses its end.
const byNeed = <T extends { readonly state: string }>(items: readonly T[]): readonly T[] => {
  const order = ['failing', 'failed', 'blocked', 'replacing', 'starting', 'evicting'];
  const rank = ({ state }: T): number => {
    const place = order.indexOf(state);
    return place === -1 ? order.length : place;
  };
  return items.toSorted((a, b) => rank(a) - rank(b));
};

function phaseLines(progress: ApplyProgress, options: ViewOptions): readonly string[] {
  const { style, glyphs } = options;
  return progress.phases.map((phase) => {
    const isNow = phase === progress.phase;
    const sign = isNow ? style.strong(glyphs.dot) : style.ok(glyphs.ok);
    return `${sign} ${isNow ? style.strong(words.phases[phase]) : words.phases[phase]}`;
  });
}

function detailLines(progress: ApplyProgress, options: ViewOptions): readonly string[] {
  const { glyphs, width } = options;
  const { rollout, waiting, pods } = progress;
  const nodes = byNeed(rollout?.nodes ?? []).map(({ node, state, reason }) =>
    row(glyphs[nodeSigns[state]], node, `${words.nodeStates[state]} ${reason}`.trim(), options),
  );
  const podRows = byNeed(pods).map(({ namespace, name, state, reason }) =>
    row(
      glyphs[podSigns[state]],
      `${namespace}/${name}`,
      `${words.podStates[state]} ${reason}`.trim(),
      options,
    ),
  );
  return [
    ...(waiting ? indent(wrap(sanitize(waiting.text), width - 2), 2) : []),
    ...(rollout ? [`  ${words.rollout(rollout.updated, rollout.ready, rollout.desired)}`] : []),
    ...nodes,
    ...podRows,
  ];
}

function clock(state: State, progress: ApplyProgress): string {
  const elapsed = Math.max(0, Math.round((state.nowMs - progress.startedMs) / 1000));
  const expected = progress.rollout?.expectedSeconds ?? progress.expectedSeconds;
  return words.elapsed(elapsed, expected);
}

/** A plan being carried out: its phases, the rollout node by node, a drain pod by pod, the time gone and expected. */
export function applyingView(state: State, screen: ApplyingScreen, options: ViewOptions): Body {
  const { progress, isStopping, title } = screen;
  const lines = [
    ...phaseLines(progress, options),
    '',
    ...(isStopping ? [options.style.warning(words.stopping), ''] : []),
    options.style.dim(clock(state, progress)),
    ...detailLines(progress, options),
  ];
  return { lines: titled(title, lines, options), keys: words.keys.applying };
}
