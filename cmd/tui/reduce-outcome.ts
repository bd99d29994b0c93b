import { still, type Step } from './events.ts';
import { nextFault } from './findings.ts';
import type { KeyName } from './keys.ts';
import { verdict } from './reduce-again.ts';
import { runbookOf } from './runbook.ts';
import { popped, pushed, scrolledBy, withTop } from './stack.ts';
import { beginReading, type OutcomeScreen, type State } from './state.ts';

type Copied = (state: State, lines: readonly string[]) => Step;

/** What enter leads to from the end of a change. */
export type Onward = 'afterwards' | 'read' | 'next' | 'findings';

/**
 * What comes next: what is left for a person; reading again where it is not known how the cluster stands; the next fault; or the
 * list of findings.
 */
export function onward({ diagnosis }: State, { task, outcome }: OutcomeScreen): Onward {
  const isDone = outcome.result === 'verified' || outcome.result === 'not-verified';
  if (isDone && task.afterwards.length > 0) return 'afterwards';
  if (outcome.diagnosis === null && outcome.recordId !== null) return 'read';
  return outcome.result === 'verified' && nextFault(diagnosis) >= 0 ? 'next' : 'findings';
}

function goOn(state: State, screen: OutcomeScreen): Step {
  switch (onward(state, screen)) {
    case 'afterwards': {
      const steps = runbookOf(screen.task.afterwards);
      const { title } = screen.task;
      const runbook = { name: 'runbook', title, finding: null, steps, row: 0, scroll: 0 } as const;
      return still(pushed(state, runbook));
    }
    case 'read':
      return {
        state: { ...state, screens: [verdict], gathering: beginReading(state.nowMs) },
        effects: [{ do: 'gather' }],
      };
    case 'next': {
      const finding = nextFault(state.diagnosis);
      const screens = [
        { ...verdict, row: finding },
        { name: 'finding', finding, scroll: 0 },
      ] as const;
      return still({ ...state, screens });
    }
    case 'findings':
      return still(popped(state));
  }
}

/** What a key does on the end of a change. */
export function outcomeKey(
  state: State,
  screen: OutcomeScreen,
  key: KeyName,
  copied: Copied,
): Step {
  if (key === 'enter') return goOn(state, screen);
  if (key === 'copy') return copied(state, screen.outcome.hints);
  return still(withTop(state, { ...screen, scroll: scrolledBy(state, screen.scroll, key) }));
}
