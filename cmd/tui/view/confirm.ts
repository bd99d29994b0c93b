import { indent, wrap } from '../../../internal/report/layout.ts';
import { sanitize } from '../../../internal/report/sanitize.ts';
import { objectName } from '../../../internal/report/plan-steps.ts';
import type { ConfirmScreen, State } from '../state.ts';
import { words } from '../words.ts';
import { titled, type Body, type ViewOptions } from './frame.ts';

/** The last question: the cluster, the objects, and the word to type. */
export function confirmView(_state: State, screen: ConfirmScreen, options: ViewOptions): Body {
  const { plan, word, input } = screen;
  const { style, width } = options;
  const objects = plan.steps.map((step) =>
    sanitize(step.kind === 'drain' ? words.empties(step.node) : objectName(step.change.ref)),
  );
  const lines = [
    sanitize(words.inContext(plan.source.name, plan.source.server ?? '')),
    '',
    ...objects.map((object) => `  ${style.strong(object)}`),
    '',
    ...plan.consequences.flatMap((text) => indent(wrap(sanitize(text), width - 2), 2)),
    '',
    words.typeToConfirm(sanitize(word)),
    `> ${input.text}_`,
  ];
  return { lines: titled(words.confirmTitle, lines, options), keys: words.keys.confirm };
}
