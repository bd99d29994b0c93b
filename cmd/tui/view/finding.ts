import { findingLines } from '../../../internal/report/text-finding.ts';
import { findingAt } from '../findings.ts';
import { keyWords } from '../key-words.ts';
import type { FindingScreen, State } from '../state.ts';
import { scrolled, type Body, type ViewOptions } from './frame.ts';

/** One finding: what it is, where, its evidence, why look-alikes were ruled out. */
export function findingView(state: State, screen: FindingScreen, options: ViewOptions): Body {
  const finding = findingAt(state, screen.finding);
  if (!finding || state.diagnosis === null) return { lines: [], keys: [] };
  // The remedies have a screen of their own.
  const shown = { ...finding, remedies: [] };
  const now = state.diagnosis.takenAt;
  const how = { now, isWide: true, hasTitle: true, isDecisiveMarked: true };
  const lines = findingLines(shown, { ...options, ...how });
  return { ...scrolled(lines, screen.scroll, options), keys: keyWords.finding };
}
