import type { Plan } from '../../internal/model/plan.ts';
import { noProgress } from './apply-progress.ts';
import { still, type Step } from './events.ts';
import type { KeyName } from './keys.ts';
import { moved } from './list.ts';
import { pushed, withTop } from './stack.ts';
import type { ConfirmScreen, PreviewScreen, State } from './state.ts';
import { words } from './words.ts';

type Copied = (state: State, lines: readonly string[]) => Step;

const endless = Number.MAX_SAFE_INTEGER;

/** The word that confirms a plan: a node's name where one is emptied, else "yes". */
export function wordFor({ steps }: Plan): string {
  const drain = steps.find((step) => step.kind === 'drain');
  return drain?.kind === 'drain' ? drain.node : words.yes;
}

/** Why a plan cannot be carried out from here; empty if it can. */
export function obstacle({ isDump }: State, screen: PreviewScreen): string {
  const { plan, dryRun } = screen;
  if (plan === null) return screen.problems.length > 0 ? words.noPlan : words.stillPlanning;
  if (isDump) return words.onDump;
  if (plan.refusal !== null || plan.conflicts.length > 0) return words.refused;
  if (plan.steps.length === 0) return words.nothingToSend;
  if (dryRun === 'running') return words.stillAsking;
  return dryRun === 'accepted' ? '' : words.serverRefuses;
}

function part(state: State, screen: PreviewScreen, wanted: PreviewScreen['part']): Step {
  const next = screen.part === wanted ? 'summary' : wanted;
  return still(withTop(state, { ...screen, part: next, scroll: 0 }));
}

function toConfirm(state: State, screen: PreviewScreen): Step {
  const notice = obstacle(state, screen);
  if (notice !== '' || screen.plan === null) return still({ ...state, notice });
  const undoes = screen.request.kind === 'undo' ? screen.request.record : null;
  const word = wordFor(screen.plan);
  const confirm = {
    name: 'confirm',
    plan: screen.plan,
    undoes,
    word,
    input: { text: '' },
  } as const;
  return still(pushed(state, confirm));
}

/** What a key does on a preview. */
export function previewKey(
  state: State,
  screen: PreviewScreen,
  key: KeyName,
  copied: Copied,
): Step {
  switch (key) {
    case 'enter':
      return toConfirm(state, screen);
    case 'diff':
      return part(state, screen, 'diff');
    case 'commands':
      return part(state, screen, 'commands');
    case 'copy': {
      const { steps = [], durable = [] } = screen.plan ?? {};
      const commands = steps.flatMap(({ kubectl }) => kubectl);
      return copied(state, commands.length > 0 ? commands : durable);
    }
    case 'last':
      return still(state);
    default:
      return still(withTop(state, { ...screen, scroll: moved(screen.scroll, key, endless) }));
  }
}

/** What a key does on the last question. */
export function confirmKey(state: State, screen: ConfirmScreen, key: KeyName): Step {
  const { plan, undoes, word, input } = screen;
  if (key === 'erase')
    return still(withTop(state, { ...screen, input: { text: input.text.slice(0, -1) } }));
  if (key !== 'enter') return still(state);
  if (input.text.trim() !== word) return still({ ...state, notice: words.typeToConfirm(word) });
  const title = undoes === null ? (plan.items[0]?.remedy.title ?? '') : words.undoTitle(undoes);
  const applying = {
    name: 'applying',
    title,
    progress: noProgress(state.nowMs),
    isStopping: false,
  } as const;
  return { state: withTop(state, applying), effects: [{ do: 'apply', plan, undoes }] };
}
