import { indent, wrap } from '../../../internal/report/layout.ts';
import { sanitize } from '../../../internal/report/sanitize.ts';
import type { Gathering, State } from '../state.ts';
import { words } from '../words.ts';
import type { Body, ViewOptions } from './frame.ts';

function running({ phase, done, total, startedMs }: Gathering, { nowMs, isDump }: State): string {
  const seconds = Math.max(0, Math.round((nowMs - startedMs) / 1000));
  const far = total > 0 ? ` ${done}/${total}` : '';
  return `${phase || (isDump ? words.reading : words.connecting)}${far}   ${words.seconds(seconds)}`;
}

/** Reading the cluster: what, how far, how long; or why it failed. */
export function gatheringView(state: State, gathering: Gathering, options: ViewOptions): Body {
  const { style, glyphs, width } = options;
  if (gathering.state === 'running') {
    return { lines: [running(gathering, state)], keys: [] };
  }
  const told = wrap(sanitize(gathering.problem), width - 2);
  return {
    lines: [
      ...indent(told, 2, `${style.error(glyphs.error)} `),
      ...indent(wrap(sanitize(gathering.hint), width - 2), 2),
    ],
    keys: words.keys.failed,
  };
}
