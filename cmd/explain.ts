import { checks } from '../internal/checks/index.ts';
import { UserError } from '../internal/model/error.ts';
import { alignRows, labelWidth, wrap } from '../internal/report/layout.ts';
import { pageLines } from '../internal/report/page.ts';
import type { Flags } from './flags.ts';
import { nearest } from './nearest.ts';
import { pageOf } from './pages.ts';
import type { ExitCode, Shell } from './shell.ts';
import { isTerminal, textOptions } from './terminal.ts';
import { words } from './words.ts';

/** The ids of all findings with their titles. `undetermined` is the one that no check makes. */
export const titles = (): readonly (readonly [string, string])[] => [
  ...checks.map(({ id, title }) => [id, title] as const),
  ['undetermined', words.en.undetermined] as const,
];

function list(shell: Shell): string {
  const { width, style } = textOptions(shell);
  const rows = titles().toSorted(([a], [b]) => (a < b ? -1 : 1));
  const column = labelWidth(
    rows.map(([label]) => ({ label })),
    width,
  );
  const lines = alignRows(
    rows.map(([label, title]) => ({ label, lines: wrap(title, width - column - 2) })),
    column,
    style.strong,
  );
  return `${wrap(words.en.findings, width).join('\n')}\n\n${lines.join('\n')}\n`;
}

// Laid out for eyes, or as it is for other programs; where nothing is said, a terminal has eyes.
function isLaidOut(output: string | undefined, shell: Shell): boolean {
  if (output === undefined) return isTerminal(shell.stdout, shell.env);
  if (output === 'text' || output === 'markdown') return output === 'text';
  throw new UserError(words.en.notAFormat(output, 'explain'), {
    hint: words.en.formats('text, markdown'),
  });
}

/** Prints the page of a finding: laid out on a terminal, as Markdown elsewhere. Without an id, the list of all. */
export async function explain(
  id: string | undefined,
  { output }: Pick<Flags, 'output'>,
  shell: Shell,
): Promise<ExitCode> {
  const laidOut = isLaidOut(output, shell);
  if (id === undefined) {
    shell.stdout.write(list(shell));
    return 0;
  }
  const ids = titles().map(([known]) => known);
  if (!ids.includes(id)) {
    const near = nearest(id, ids);
    const hint = near.length > 0 ? words.en.didYouMean(near.join(', ')) : '';
    throw new UserError(words.en.noSuchFinding(id), { hint: `${hint}\n${list(shell)}`.trim() });
  }
  const page = await pageOf(id);
  const text = laidOut ? `${pageLines(page, textOptions(shell)).join('\n')}\n` : page;
  shell.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return 0;
}
