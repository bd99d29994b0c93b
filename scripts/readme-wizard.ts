import { services } from '../cmd/services.ts';
import { effectRunner } from '../cmd/tui/effects.ts';
import type { KeyName } from '../cmd/tui/keys.ts';
import { sessionCore } from '../cmd/tui/session-core.ts';
import { initialState } from '../cmd/tui/state.ts';
import { createStore } from '../cmd/tui/store.ts';
import { frameOf } from '../cmd/tui/view/screen.ts';
import { isWaiting } from '../cmd/tui/waiting.ts';
import { readFlags } from '../cmd/flags.ts';
import { plainStyle, unicodeGlyphs } from '../internal/report/style.ts';

const size = { columns: 100, rows: 18 };
// From the list of findings to the table of nodes and methods.
const way: readonly KeyName[] = ['enter', 'enter', 'enter'];
const silent = { write: () => true };

const fail = (bug: Error): void => {
  throw bug;
};

/** The wizard on a sample, as its screen stands after some keys; blank lines are left out at its end. */
export async function wizardFrame(dump: string): Promise<string> {
  const shell = {
    stdout: silent,
    stderr: silent,
    env: {},
    isInteractive: true,
    signal: new AbortController().signal,
    ask: () => Promise.resolve(null),
    services,
  };
  const { core } = await sessionCore(readFlags({ from: dump }, {}), shell);
  const run = effectRunner(core, { copy: () => undefined, onBug: fail });
  const store = createStore(initialState(size, { isDump: true, nowMs: 0 }), run, fail);
  const settled = (): Promise<void> =>
    new Promise((resolve) => {
      const stop = store.subscribe(() => {
        if (isWaiting(store.get())) return;
        stop();
        resolve();
      });
      if (!isWaiting(store.get())) resolve();
    });
  run({ do: 'gather' }, store.send);
  await settled();
  for (const key of way) {
    store.send({ type: 'key', key });
    await settled();
  }
  const { lines } = frameOf(store.get(), { style: plainStyle, glyphs: unicodeGlyphs });
  return lines
    .map((line) => line.trimEnd())
    .filter((line, index) => line !== '' || (lines[index - 1] ?? '').trim() !== '')
    .join('\n');
}
