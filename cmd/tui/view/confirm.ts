import { indent, wrap } from '../../../internal/report/layout.ts';
import { cleanRef } from '../../../internal/report/plan-clean.ts';
import { drainWords, objectName } from '../../../internal/report/plan-steps.ts';
import { sanitize } from '../../../internal/report/sanitize.ts';
import type { Step } from '../../../internal/model/plan.ts';
import { keyWords } from '../key-words.ts';
import type { ConfirmScreen, State } from '../state.ts';
import { words } from '../words.ts';
import { titled, type Body, type ViewOptions } from './frame.ts';

function objectText(step: Step): string {
  if (step.kind === 'change') return objectName(cleanRef(step.change.ref, sanitize));
  return `${objectName({ kind: 'Node', name: sanitize(step.node) })}   ${drainWords(step)}`;
}

/** The last question: the cluster, the objects, and the word to type. What there is no room for was in the preview. */
export function confirmView(_state: State, screen: ConfirmScreen, options: ViewOptions): Body {
  const { plan, words: asked, typed, text } = screen;
  const { style, width, height, glyphs } = options;
  const isOne = asked.length === 1;
  const word = sanitize(asked[typed] ?? '');
  const prose = (one: string): readonly string[] => indent(wrap(sanitize(one), width - 2), 2);
  const question = [
    '',
    ...wrap(
      isOne ? words.typeToConfirm(word) : words.typeOneOf(word, typed + 1, asked.length),
      width,
    ),
    `> ${sanitize(text)}_`,
  ];
  const { name, server } = plan.source;
  const top = titled(
    words.confirmTitle,
    wrap(sanitize(words.inContext(name, server ?? '')), width),
    options,
  );
  const objects = plan.steps.map((step) => `  ${style.strong(objectText(step))}`);
  const room = Math.max(2, height - top.length - question.length - 1);
  const most = objects.length <= room ? objects.length : room - 1;
  const hidden = objects.length - most;
  const named = [
    ...objects.slice(0, most),
    ...(hidden > 0 ? [`  ${glyphs.ellipsis} ${words.moreObjects(hidden)}`] : []),
  ];
  const told = ['', ...plan.consequences.flatMap(prose)].slice(0, room - named.length);
  return {
    lines: [...top, '', ...named, ...told, ...question],
    keys: typed + 1 < asked.length ? keyWords.confirmNext : keyWords.confirm,
  };
}
