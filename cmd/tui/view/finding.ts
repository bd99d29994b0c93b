import { findingLines } from '../../../internal/report/text-finding.ts';
import { findingAt } from '../findings.ts';
import type { FindingScreen, State } from '../state.ts';
import { words } from '../words.ts';
import { scrolled, type Body, type ViewOptions } from './frame.ts';

/** One finding: what it is, where, its evidence, why look-alikes were ruled out. */
export function findingView(state: State, screen: FindingScreen, options: ViewOptions): Body {
  const finding = findingAt(state, screen.finding);
  if (!finding || state.diagnosis === null) return { lines: [], keys: [] };
  // The remedies have a screen of their own.
  const shown = { ...finding, remedies: [] };
  const now = state.diagnosis.takenAt;
  const lines = findingLines(shown, { ...options, now, isWide: true, hasTitle: true });
  return { lines: scrolled(lines, screen.scroll, options), keys: words.keys.finding };
}
