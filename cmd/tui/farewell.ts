import { words as applyWords } from '../../internal/report/apply-words.ts';
import { indent, wrap } from '../../internal/report/layout.ts';
import { sanitize } from '../../internal/report/sanitize.ts';
import type { TextOptions } from '../../internal/report/style.ts';
import { verdictSentence, verdictSign } from '../../internal/report/verdict.ts';
import type { Sent, State } from './state.ts';
import { words } from './words.ts';

function sentLines({ recordId, undoes, result }: Sent, { style }: TextOptions): readonly string[] {
  const id = sanitize(recordId);
  const verb = undoes === null ? 'fix' : 'undo';
  const told = result === null ? words.leftUnderWay : applyWords.en.results[result][verb];
  const isStanding = result !== 'rolled-back' && result !== 'nothing-to-do' && result !== 'refused';
  return [
    `${id}  ${told}`,
    ...(isStanding && undoes === null ? [`  ${style.command(words.undoCommand(id))}`] : []),
  ];
}

/**
 * What is left on the terminal when the wizard is gone: the verdict, what was changed and how to take it back. Ends with a line
 * end; empty where nothing was read and nothing changed.
 */
export function farewell({ diagnosis, sent, isDump }: State, options: TextOptions): string {
  const { width, glyphs, style } = options;
  const sign = diagnosis === null ? '' : `${verdictSign(diagnosis, glyphs, style)} `;
  const verdict = diagnosis === null ? '' : verdictSentence(diagnosis);
  const told = verdict === '' ? [] : indent(wrap(verdict, width - 2), 2, sign);
  const none = isDump ? [] : [words.nothingChanged];
  const changes = sent.length === 0 ? none : sent.flatMap((one) => sentLines(one, options));
  return [...told, ...changes].map((line) => `${line}\n`).join('');
}
