import { render } from 'ink';
import { createElement } from 'react';
import type { TextOptions } from '../../internal/report/style.ts';
import type { ExitCode } from '../shell.ts';
import { App } from './App.tsx';
import type { Core } from './core.ts';
import { effectRunner } from './effects.ts';
import { initialState } from './state.ts';
import { createStore } from './store.ts';

/** The terminal that the wizard has to itself. */
export interface Screen {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly text: Omit<TextOptions, 'width'>;
  readonly now: () => number;
  /** Aborted by a signal from outside; Ctrl-C is a key here. */
  readonly signal: AbortSignal;
}

const oncePerSecond = 1000;

// OSC 52: the terminal puts the text into its user's clipboard, over SSH too; terminals that do not know it show nothing.
const toClipboard = (text: string): string =>
  `\u001B]52;c;${Buffer.from(text).toString('base64')}\u0007`;

/**
 * Runs the wizard on a terminal until it is left, on the alternate screen, which is taken away again however it ends. Returns
 * the exit code.
 */
export async function openWizard(
  core: Core,
  screen: Screen,
  options: { readonly isDump: boolean },
): Promise<ExitCode> {
  const { stdin, stdout, text, now, signal } = screen;
  const { columns, rows } = stdout;
  const run = effectRunner(core, (copied) => stdout.write(toClipboard(copied)));
  const store = createStore(initialState({ columns, rows }, { ...options, nowMs: now() }), run);
  const app = render(createElement(App, { store, text }), {
    stdin,
    stdout,
    exitOnCtrlC: false,
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
  });
  const ticking = setInterval(() => store.send({ type: 'tick', nowMs: now() }), oncePerSecond);
  const interrupt = (): void => store.send({ type: 'key', key: 'interrupt' });
  signal.addEventListener('abort', interrupt);
  try {
    run({ do: 'gather' }, store.send);
    await app.waitUntilExit();
  } finally {
    clearInterval(ticking);
    signal.removeEventListener('abort', interrupt);
    app.unmount();
  }
  return store.get().exitCode ?? 2;
}
