import { indent, wrap } from '../../../internal/report/layout.ts';
import type { ConfirmScreen, State } from '../state.ts';
import { words } from '../words.ts';
import { titled, type Body, type ViewOptions } from './frame.ts';

const nameOf = (ref: {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}): string => `${ref.kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`;

/** The last question: the cluster, the objects, and the word to type. */
export function confirmView(_state: State, screen: ConfirmScreen, options: ViewOptions): Body {
  const { plan, word, input } = screen;
  const { style, width } = options;
  const objects = plan.steps.map((step) =>
    step.kind === 'drain' ? words.empties(step.node) : nameOf(step.change.ref),
  );
  const lines = [
    words.inContext(plan.source.name, plan.source.server ?? ''),
    '',
    ...objects.map((object) => `  ${style.strong(object)}`),
    '',
    ...plan.consequences.flatMap((text) => indent(wrap(text, width - 2), 2)),
    '',
    words.typeToConfirm(word),
    `> ${input.text}_`,
  ];
  return { lines: titled(words.confirmTitle, lines, options), keys: words.keys.confirm };
}
