import type { Remedy } from '../../../internal/model/remedy.ts';
import { indent, wrap } from '../../../internal/report/layout.ts';
import { remedyTerms } from '../../../internal/report/text-finding.ts';
import { findingAt, hasPreview, isAboutMethod } from '../findings.ts';
import { keyWords, type Keys } from '../key-words.ts';
import { linesInView } from '../list.ts';
import { runbookOf } from '../runbook.ts';
import type { RemediesScreen, State } from '../state.ts';
import { words } from '../words.ts';
import { listRow, titled, type Body, type ViewOptions } from './frame.ts';

const by = 2;

function details(remedy: Remedy, { width, style, glyphs }: ViewOptions): readonly string[] {
  const prose = (text: string): readonly string[] => indent(wrap(text, width - by - 3), by);
  const { consent, durable = [], afterwards = [], manual } = remedy;
  const steps = runbookOf(manual).length;
  return [
    ...prose(remedyTerms(remedy, glyphs.dot)).map(style.dim),
    ...(consent === undefined ? [] : prose(words.price(consent)).map(style.warning)),
    ...remedy.consequences.flatMap(prose),
    ...(durable.length > 0 ? prose(words.alsoAtSource) : []),
    ...(afterwards.length > 0 ? prose(words.leavesWork) : []),
    ...(hasPreview(remedy) || steps === 0 ? [] : prose(words.stepsByHand(steps)).map(style.dim)),
  ];
}

function keysFor(remedy: Remedy | undefined, remedies: readonly Remedy[]): Keys {
  const { opens } = keyWords;
  const enter = !remedy
    ? opens.nothing
    : isAboutMethod(remedy)
      ? opens.methods
      : hasPreview(remedy)
        ? opens.preview
        : opens.runbook;
  const canCopy = (remedy?.manual ?? []).length > 0;
  return remedy ? keyWords.remedies(enter, remedies.some(isAboutMethod), canCopy) : [];
}

/** The remedies of a finding, the best first; the chosen one with what it would do. */
export function remediesView(state: State, screen: RemediesScreen, options: ViewOptions): Body {
  const finding = findingAt(state, screen.finding);
  if (!finding) return { lines: [], keys: [] };
  const { remedies } = finding;
  const rowsWith = (isOpen: (row: number) => boolean): readonly (readonly string[])[] =>
    remedies.map((remedy, row) => {
      const title = wrap(remedy.title, options.width - 5);
      const text = [...title, ...(isOpen(row) ? details(remedy, options) : [])];
      return listRow(text, row, screen.row, options);
    });
  const title = titled(words.remediesOf(finding.id), [], options);
  const room = options.height - title.length;
  const all = rowsWith(() => true);
  const rows = all.flat().length <= room ? all : rowsWith((row) => row === screen.row);
  const lines = remedies.length > 0 ? linesInView(rows, screen.row, room) : [words.noRemedy];
  return { lines: [...title, ...lines], keys: keysFor(remedies[screen.row], remedies) };
}
