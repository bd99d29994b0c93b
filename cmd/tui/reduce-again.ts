import type { Diagnosis } from '../../internal/model/diagnosis.ts';
import type { Finding, ObjectRef } from '../../internal/model/finding.ts';
import { runbookOf } from './runbook.ts';
import type { Screen, State, VerdictScreen } from './state.ts';
import { words } from './words.ts';

/** The list of findings as it opens. */
export const verdict: VerdictScreen = { name: 'verdict', row: 0, filter: '', areChecksOpen: false };

const keyOf = ({ kind, namespace, name }: ObjectRef): string =>
  `${kind}/${namespace ?? ''}/${name}`;

// A finding has no name of its own: the same fault on one of the same objects is the same one.
function placeOf(finding: Finding, { findings }: Diagnosis): number {
  const objects = new Set(finding.affected.map(keyOf));
  const sameId = findings.flatMap((one, index) => (one.id === finding.id ? [{ one, index }] : []));
  const same = sameId.find(
    ({ one }) => objects.size === 0 || one.affected.some((ref) => objects.has(keyOf(ref))),
  );
  return same?.index ?? -1;
}

function subjectOf(screen: Screen | undefined): number | null {
  switch (screen?.name) {
    case 'finding':
    case 'remedies':
    case 'methods':
    case 'runbook':
      return screen.finding;
    case 'preview':
      return screen.request.kind === 'undo' ? null : screen.request.finding;
    default:
      return null;
  }
}

// A plan is made anew from what was read anew, so the screens from the preview on are closed.
function moved(screens: readonly Screen[], to: number, finding: Finding): readonly Screen[] {
  const kept: Screen[] = [];
  for (const screen of screens) {
    if (screen.name === 'finding') kept.push({ ...screen, finding: to });
    else if (screen.name === 'remedies') kept.push({ ...screen, finding: to });
    else if (screen.name === 'runbook') {
      const remedy = finding.remedies.find(({ title }) => title === screen.title);
      if (!remedy) break;
      const steps = runbookOf(remedy.manual);
      kept.push({ ...screen, finding: to, steps, row: Math.min(screen.row, steps.length - 1) });
    } else if (screen.name !== 'verdict') break;
  }
  return kept;
}

function gone(finding: Finding, { checks }: Diagnosis): string {
  const result = checks.find(({ id }) => id === finding.id)?.result;
  return result === 'unknown' ? words.cannotTell(finding.id) : words.isGone(finding.id);
}

/**
 * What is on the screen after the cluster was read again: the same finding where it is still there, else the list; `notice` says
 * which. `state` is as it was before.
 */
export function screensAfter(
  { diagnosis: before, screens }: State,
  after: Diagnosis,
): Pick<State, 'screens' | 'notice'> {
  const [first] = screens;
  const list = first?.name === 'verdict' ? first : verdict;
  const subject = subjectOf(screens.at(-1));
  const finding = subject === null ? undefined : before?.findings[subject];
  if (!finding) return { screens: [list], notice: before === null ? '' : words.readAgain };
  const place = placeOf(finding, after);
  const still = after.findings[place];
  if (!still) return { screens: [verdict], notice: gone(finding, after) };
  const row = list.filter === '' ? place : list.row;
  return {
    screens: [{ ...list, row }, ...moved(screens, place, still)],
    notice: words.isStillThere(finding.id),
  };
}
