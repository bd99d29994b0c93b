import { columnsOf } from './reduce-methods.ts';
import type { ExitCode } from '../shell.ts';
import type { TextOptions } from '../../internal/report/style.ts';
import type { Core } from './core.ts';
import { effectRunner } from './effects.ts';
import type { Event } from './events.ts';
import { listedFindings } from './findings.ts';
import { isTyping, meaningsOf } from './keys.ts';
import { keyWords } from './key-words.ts';
import { farewell } from './farewell.ts';
import { initialState, type State } from './state.ts';
import { createStore, type Store } from './store.ts';
import { bodyOf } from './view/screen.ts';
import { isWaiting } from './waiting.ts';
import { words } from './words.ts';

/** Where questions are asked and answered, line by line. */
export interface PlainTerminal {
  readonly write: (text: string) => unknown;
  /** Null where the input has ended. */
  readonly ask: (question: string) => Promise<string | null>;
  readonly text: TextOptions;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Tells an application as it goes. */
  readonly onEvent: (event: Extract<Event, { readonly type: 'apply-event' }>['event']) => void;
}

// Long enough for what a person reads from top to bottom; longer lists are filtered.
const lines = 200;

function settled(store: Store): Promise<void> {
  return new Promise((resolve) => {
    if (!isWaiting(store.get())) return resolve();
    const stop = store.subscribe(() => {
      if (isWaiting(store.get())) return;
      stop();
      resolve();
    });
  });
}

/** How many rows the screen's list has that a number can choose. */
export function choices(state: State): number {
  const screen = state.screens.at(-1);
  switch (screen?.name) {
    case 'verdict':
      return listedFindings(state.diagnosis, screen.filter).length;
    case 'remedies':
      return state.diagnosis?.findings[screen.finding]?.remedies.length ?? 0;
    case 'methods':
      return columnsOf(screen).length;
    default:
      return 0;
  }
}

const key = (name: Extract<Event, { readonly type: 'key' }>['key']): Event => ({
  type: 'key',
  key: name,
});

function chooseEvents(state: State, number: number): readonly Event[] {
  const screen = state.screens.at(-1);
  const isColumn = screen?.name === 'methods';
  const steps = Array.from({ length: number - 1 }, () => key(isColumn ? 'right' : 'down'));
  const back = isColumn ? columnsOf(screen).map(() => key('left')) : [key('first')];
  return [...back, ...steps, key('enter')];
}

/** What an answer means in a state: a number chooses, nothing goes on, a letter is a key of the wizard, else it is text. */
export function eventsOf(state: State, answer: string): readonly Event[] {
  const text = answer.trim();
  if (isTyping(state)) {
    return text === '' ? [key('back')] : [{ type: 'text', text }, key('enter')];
  }
  const number = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= choices(state)) return chooseEvents(state, number);
  if (text === '') return [key('enter')];
  if (text === 'esc' || text === '<') return [key('back')];
  const meanings = text.length === 1 ? meaningsOf(state, text, {}) : [];
  return meanings.flatMap((meaning) => ('key' in meaning ? [key(meaning.key)] : []));
}

function printScreen(state: State, { write, text }: PlainTerminal): void {
  const body = bodyOf(state, { ...text, height: lines, isNumbered: true });
  // There is no cursor to move.
  const keys = [...body.keys, ...keyWords.everywhere]
    .filter(([name]) => name !== 'j k')
    .map(([name, does]) => `${name} ${does}`);
  const notice = state.notice === '' ? [] : ['', state.notice];
  write(`\n${[...body.lines, ...notice].map((line) => line.trimEnd()).join('\n')}\n\n`);
  write(`${text.style.dim(keys.join(' | '))}\n`);
}

const question = (state: State): string => {
  const most = choices(state);
  if (isTyping(state)) return words.plainText;
  return most > 0 ? words.plainChoose(most) : words.plainGoOn;
};

async function converse(store: Store, terminal: PlainTerminal): Promise<void> {
  for (;;) {
    await settled(store);
    const state = store.get();
    if (state.exitCode !== null) return;
    printScreen(state, terminal);
    const answer = await terminal.ask(question(state));
    if (answer === null) {
      store.send(key('interrupt'));
      continue;
    }
    const events = eventsOf(state, answer);
    if (events.length === 0) terminal.write(`${words.notUnderstood}\n`);
    for (const event of events) {
      store.send(event);
      await settled(store);
    }
  }
}

/**
 * The wizard line by line, for screen readers and terminals that cannot be drawn on: the same reducer, the same screens printed
 * one below the other, the same questions. Returns the exit code.
 */
export async function runPlain(
  core: Core,
  terminal: PlainTerminal,
  options: { readonly isDump: boolean },
): Promise<ExitCode> {
  const { now, text, signal, write, onEvent } = terminal;
  const crash = Promise.withResolvers<never>();
  const bugs: Error[] = [];
  const onBug = (bug: Error, mayGoOn: boolean): void => {
    bugs.push(bug);
    if (!mayGoOn) crash.reject(bug);
  };
  const copy = (copied: string): unknown => write(`${copied}\n`);
  const run = effectRunner(core, { copy, onBug });
  const told = createStore(
    initialState({ columns: text.width, rows: lines }, { ...options, nowMs: now() }),
    (effect, send) =>
      run(effect, (event) => {
        if (event.type === 'apply-event') onEvent(event.event);
        send(event);
      }),
    (bug) => onBug(bug, false),
  );
  const interrupt = (): void => told.send(key('interrupt'));
  signal.addEventListener('abort', interrupt);
  try {
    run({ do: 'gather' }, told.send);
    await Promise.race([converse(told, terminal), crash.promise]);
  } finally {
    signal.removeEventListener('abort', interrupt);
    write(farewell(told.get(), text));
  }
  const [bug] = bugs;
  if (bug !== undefined) throw bug;
  return told.get().exitCode ?? 2;
}
