import type { Remedy } from '../../../internal/model/remedy.ts';
import { indent, wrap } from '../../../internal/report/layout.ts';
import { remedyTerms } from '../../../internal/report/text-finding.ts';
import { findingAt } from '../findings.ts';
import type { RemediesScreen, State } from '../state.ts';
import { words } from '../words.ts';
import { listRow, titled, type Body, type ViewOptions } from './frame.ts';

function details(remedy: Remedy, { width, style, glyphs }: ViewOptions): readonly string[] {
  const by = 4;
  const prose = (text: string): readonly string[] => indent(wrap(text, width - by), by);
  return [
    ...prose(remedyTerms(remedy, glyphs.dot)).map(style.dim),
    ...remedy.consequences.flatMap(prose),
  ];
}

/** The remedies of a finding, the best first; the chosen one with what it would do. */
export function remediesView(state: State, screen: RemediesScreen, options: ViewOptions): Body {
  const finding = findingAt(state, screen.finding);
  if (!finding) return { lines: [], keys: [] };
  const rows = finding.remedies.flatMap((remedy, index) => {
    const isOpen = options.isNumbered || index === screen.row;
    const [first = '', ...rest] = wrap(remedy.title, options.width - 4);
    return [
      listRow(first, index, screen.row, options),
      ...indent(rest, 2),
      ...(isOpen ? details(remedy, options) : []),
    ];
  });
  const lines = rows.length > 0 ? rows : [words.noRemedy];
  return {
    lines: titled(words.remediesOf(finding.id), lines, options).slice(0, options.height),
    keys: words.keys.remedies,
  };
}
