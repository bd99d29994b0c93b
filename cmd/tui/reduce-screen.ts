import { still, type Step } from './events.ts';
import { findingAt, hasPreview, isAboutMethod, listedChecks, listedFindings } from './findings.ts';
import type { KeyName } from './keys.ts';
import { moved } from './list.ts';
import { confirmKey, openPreview, previewKey } from './reduce-preview.ts';
import { methodsKey, typedMethod } from './reduce-methods.ts';
import { outcomeKey } from './reduce-outcome.ts';
import { runbookOf } from './runbook.ts';
import { pageOf, popped, pushed, scrolledBy, withTop } from './stack.ts';
import type {
  FindingScreen,
  RemediesScreen,
  RunbookScreen,
  State,
  VerdictScreen,
} from './state.ts';
import { words } from './words.ts';

function verdictKey(state: State, screen: VerdictScreen, key: KeyName): Step {
  const findings = listedFindings(state.diagnosis, screen.filter);
  const length = findings.length + listedChecks(state.diagnosis, screen).length;
  switch (key) {
    case 'enter': {
      const chosen = findings[screen.row];
      if (!chosen) return still(state);
      return still(pushed(state, { name: 'finding', finding: chosen.index, scroll: 0 }));
    }
    case 'filter':
      return still({ ...state, isFiltering: true });
    case 'back':
      return still(withTop(state, { ...screen, filter: '', row: 0 }));
    case 'checks':
      return still(withTop(state, { ...screen, areChecksOpen: !screen.areChecksOpen, row: 0 }));
    default:
      return still(
        withTop(state, { ...screen, row: moved(screen.row, key, length, pageOf(state)) }),
      );
  }
}

function findingKey(state: State, screen: FindingScreen, key: KeyName): Step {
  const count = state.diagnosis?.findings.length ?? 0;
  switch (key) {
    case 'enter':
      return still(pushed(state, { name: 'remedies', finding: screen.finding, row: 0 }));
    case 'left':
    case 'right': {
      const finding = moved(screen.finding, key === 'left' ? 'up' : 'down', count);
      return still(withTop(state, { ...screen, finding, scroll: 0 }));
    }
    default:
      return still(withTop(state, { ...screen, scroll: scrolledBy(state, screen.scroll, key) }));
  }
}

function openMethods(state: State, finding: number, column: number): Step {
  const screen = {
    name: 'methods',
    finding,
    columns: null,
    problem: '',
    column,
    row: 0,
    filter: '',
    own: null,
  } as const;
  return { state: pushed(state, screen), effects: [{ do: 'methods', finding }] };
}

function remediesKey(state: State, screen: RemediesScreen, key: KeyName): Step {
  const remedies = findingAt(state, screen.finding)?.remedies ?? [];
  const remedy = remedies[screen.row];
  switch (key) {
    case 'enter': {
      if (!remedy) return still(state);
      if (isAboutMethod(remedy)) {
        const column = remedies.slice(0, screen.row).filter(isAboutMethod).length;
        return openMethods(state, screen.finding, column);
      }
      if (hasPreview(remedy)) {
        const request = { kind: 'remedy', finding: screen.finding, remedy: remedy.id } as const;
        return openPreview(state, remedy.title, request);
      }
      const steps = runbookOf(remedy.manual);
      const { finding } = screen;
      return still(
        pushed(state, { name: 'runbook', title: remedy.title, finding, steps, row: 0, scroll: 0 }),
      );
    }
    case 'method':
      return remedies.some(isAboutMethod)
        ? openMethods(state, screen.finding, 0)
        : still({ ...state, notice: words.noMethods });
    case 'copy':
      return copied(
        state,
        (remedy?.manual ?? []).filter((line) => !line.startsWith('#')),
      );
    default:
      return still(withTop(state, { ...screen, row: moved(screen.row, key, remedies.length) }));
  }
}

function copied(state: State, lines: readonly string[]): Step {
  return lines.length === 0
    ? still({ ...state, notice: words.nothingToCopy })
    : { state, effects: [{ do: 'copy', text: lines.join('\n') }] };
}

const scrolling: readonly KeyName[] = ['page-up', 'page-down'];

function runbookKey(state: State, screen: RunbookScreen, key: KeyName): Step {
  const command = screen.steps[screen.row]?.command ?? '';
  if (key === 'copy') return copied(state, command === '' ? [] : [command]);
  if (scrolling.includes(key)) {
    const scroll = scrolledBy(state, screen.scroll, key);
    return still(withTop(state, { ...screen, scroll }));
  }
  const move = key === 'enter' || key === 'right' ? 'down' : key === 'left' ? 'up' : key;
  const row = moved(screen.row, move, screen.steps.length);
  return still(withTop(state, { ...screen, row, scroll: 0 }));
}

/** What a key does on the screen that is shown. */
export function screenKey(state: State, pressed: KeyName): Step {
  const screen = state.screens.at(-1);
  if (!screen) return still(state);
  if (pressed === 'back' && screen.name !== 'verdict' && screen.name !== 'methods')
    return screen.name === 'applying' ? still(state) : still(popped(state));
  switch (screen.name) {
    case 'verdict':
      return verdictKey(state, screen, pressed);
    case 'finding':
      return findingKey(state, screen, pressed);
    case 'remedies':
      return remediesKey(state, screen, pressed);
    case 'methods':
      return methodsKey(state, screen, pressed, openPreview);
    case 'preview':
      return previewKey(state, screen, pressed, copied);
    case 'confirm':
      return confirmKey(state, screen, pressed);
    case 'runbook':
      return runbookKey(state, screen, pressed);
    case 'outcome':
      return outcomeKey(state, screen, pressed, copied);
    case 'applying':
      return still(state);
  }
}

/** What typed text does to the screen that is shown. */
export function typed(state: State, text: string): Step {
  const screen = state.screens.at(-1);
  if (screen?.name === 'confirm') {
    return still(withTop(state, { ...screen, text: screen.text + text }));
  }
  if (screen?.name !== 'methods' || screen.own === null) return still(state);
  return typedMethod(state, screen, screen.own.text + text);
}
