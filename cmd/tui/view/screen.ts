import type { TextOptions } from '../../../internal/report/style.ts';
import type { Screen, State } from '../state.ts';
import { applyingView } from './applying.ts';
import { confirmView } from './confirm.ts';
import { findingView } from './finding.ts';
import { framed, frameLines, type Body, type Frame, type ViewOptions } from './frame.ts';
import { gatheringView } from './gathering.ts';
import { helpView } from './help.ts';
import { methodsView } from './methods.ts';
import { outcomeView } from './outcome.ts';
import { previewView } from './preview.ts';
import { remediesView } from './remedies.ts';
import { runbookView } from './runbook.ts';
import { verdictView } from './verdict.ts';

function screenBody(state: State, screen: Screen, options: ViewOptions): Body {
  switch (screen.name) {
    case 'verdict':
      return verdictView(state, screen, options);
    case 'finding':
      return findingView(state, screen, options);
    case 'remedies':
      return remediesView(state, screen, options);
    case 'methods':
      return methodsView(state, screen, options);
    case 'preview':
      return previewView(state, screen, options);
    case 'confirm':
      return confirmView(state, screen, options);
    case 'applying':
      return applyingView(state, screen, options);
    case 'outcome':
      return outcomeView(state, screen, options);
    case 'runbook':
      return runbookView(state, screen, options);
  }
}

/** What a state shows, between head and foot. */
export function bodyOf(state: State, options: ViewOptions): Body {
  if (state.isHelpOpen) return helpView(options);
  if (state.gathering !== null) return gatheringView(state, state.gathering, options);
  const screen = state.screens.at(-1);
  return screen ? screenBody(state, screen, options) : { lines: [], keys: [] };
}

const fewestLines = 8;
const fewestColumns = 40;

/**
 * The whole screen of a state, line by line, as many as the terminal has. Pure: equal states and sizes give equal screens. On a
 * smaller terminal than can be read the ends are cut off.
 */
export function frameOf(state: State, text: Omit<TextOptions, 'width'>): Frame {
  const height = Math.max(fewestLines, state.rows) - frameLines;
  const width = Math.max(fewestColumns, state.columns);
  const options: ViewOptions = { ...text, width, height, isNumbered: false };
  const frame = framed(state, bodyOf(state, options), options);
  return { ...frame, lines: frame.lines.slice(0, Math.max(1, state.rows)) };
}
