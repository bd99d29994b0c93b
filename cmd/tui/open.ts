import { render, type Instance } from 'ink';
import { createElement } from 'react';
import type { TextOptions } from '../../internal/report/style.ts';
import type { ExitCode } from '../shell.ts';
import { App } from './App.tsx';
import { toClipboard } from './clipboard.ts';
import type { Core } from './core.ts';
import { effectRunner } from './effects.ts';
import { farewell } from './farewell.ts';
import { initialState } from './state.ts';
import { createStore } from './store.ts';

/** The terminal that the wizard has to itself. */
export interface Screen {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly text: Omit<TextOptions, 'width'>;
  readonly now: () => number;
  /** Aborted by a signal from outside; Ctrl-C is a key here. */
  readonly signal: AbortSignal;
}

const oncePerSecond = 1000;

// A crash anywhere else is told by the process itself: on the screen that stays.
function restoringOnCrash(app: Instance): () => void {
  const restore = (): void => app.unmount();
  process.prependListener('uncaughtException', restore);
  return () => process.removeListener('uncaughtException', restore);
}

/**
 * Runs the wizard on a terminal until it is left, on the alternate screen, which is taken away again however it ends; what stands
 * then is told below it. Returns the exit code; throws what is a fault of the tool.
 */
export async function openWizard(
  core: Core,
  screen: Screen,
  options: { readonly isDump: boolean },
): Promise<ExitCode> {
  const { stdin, stdout, env, text, now, signal } = screen;
  const { columns, rows } = stdout;
  const bugs: Error[] = [];
  let app: Instance | null = null;
  const onBug = (bug: Error, mayGoOn: boolean): void => {
    bugs.push(bug);
    if (!mayGoOn) app?.unmount();
  };
  const copy = (copied: string): unknown => stdout.write(toClipboard(copied, env));
  const run = effectRunner(core, { copy, onBug });
  const begin = initialState({ columns, rows }, { ...options, nowMs: now() });
  const store = createStore(begin, run, (bug) => onBug(bug, false));
  app = render(createElement(App, { store, text }), {
    stdin,
    stdout,
    exitOnCtrlC: false,
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    // Nobody writes there.
    patchConsole: false,
  });
  const ticking = setInterval(() => store.send({ type: 'tick', nowMs: now() }), oncePerSecond);
  const interrupt = (): void => store.send({ type: 'key', key: 'interrupt' });
  signal.addEventListener('abort', interrupt);
  const forget = restoringOnCrash(app);
  try {
    run({ do: 'gather' }, store.send);
    await app.waitUntilExit();
  } finally {
    forget();
    clearInterval(ticking);
    signal.removeEventListener('abort', interrupt);
    app.unmount();
    stdout.write(farewell(store.get(), { ...text, width: columns }));
  }
  // The first one counts: what follows comes of it.
  const [bug] = bugs;
  if (bug !== undefined) throw bug;
  return store.get().exitCode ?? 2;
}
