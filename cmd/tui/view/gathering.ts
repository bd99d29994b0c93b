import { indent, wrap } from '../../../internal/report/layout.ts';
import { sanitize } from '../../../internal/report/sanitize.ts';
import { keyWords } from '../key-words.ts';
import type { Gathering, State } from '../state.ts';
import { words } from '../words.ts';
import type { Body, ViewOptions } from './frame.ts';

const slowSeconds = 15;

const secondsSince = ({ startedMs }: Gathering, { nowMs }: State): number =>
  Math.max(0, Math.round((nowMs - startedMs) / 1000));

function running(gathering: Gathering, state: State): string {
  const { phase, done, total } = gathering;
  const far = total > 0 ? ` ${done}/${total}` : '';
  const what = phase || (state.isDump ? words.reading : words.connecting);
  return `${what}${far}   ${words.seconds(secondsSince(gathering, state))}`;
}

/** Reading the cluster: what, how far, how long; or why it failed. */
export function gatheringView(state: State, gathering: Gathering, options: ViewOptions): Body {
  const { style, glyphs, width } = options;
  if (gathering.state === 'running') {
    const isSlow = !state.isDump && secondsSince(gathering, state) >= slowSeconds;
    const remark = isSlow ? ['', ...wrap(words.stillReading, width).map(style.dim)] : [];
    return { lines: [running(gathering, state), ...remark], keys: [] };
  }
  const told = wrap(sanitize(gathering.problem), width - 2);
  return {
    lines: [
      ...indent(told, 2, `${style.error(glyphs.error)} `),
      ...gathering.hint.split('\n').flatMap((hint) => indent(wrap(sanitize(hint), width - 2), 2)),
    ],
    keys: keyWords.failed,
  };
}
