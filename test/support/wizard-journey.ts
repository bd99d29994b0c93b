import { readFlags } from '../../cmd/flags.ts';
import type { Engine, Shell } from '../../cmd/shell.ts';
import { effectRunner } from '../../cmd/tui/effects.ts';
import { meaningsOf } from '../../cmd/tui/keys.ts';
import { sessionCore } from '../../cmd/tui/session-core.ts';
import { initialState, type Screen, type State } from '../../cmd/tui/state.ts';
import { createStore } from '../../cmd/tui/store.ts';
import { frameOf } from '../../cmd/tui/view/screen.ts';
import { isWaiting } from '../../cmd/tui/waiting.ts';
import { plainText } from './diagnosis.ts';
import { fixScene, type FixScene } from './fix-scene.ts';
import type { MemoryCluster } from './memory-cluster.ts';

const special = { enter: 'return', esc: 'escape', up: 'upArrow', down: 'downArrow' } as const;

/** Key presses as a terminal sends them: names of special keys, `ctrl-c`, else text, letter by letter. */
const pressesOf = (keys: string) => {
  if (keys === 'ctrl-c') return [{ text: 'c', key: { ctrl: true } }];
  const name = Object.entries(special).find(([word]) => word === keys)?.[1];
  if (name !== undefined) return [{ text: '', key: { [name]: true } }];
  return Array.from(keys, (text) => ({ text, key: {} }));
};

export interface Journey extends Omit<FixScene, 'run'> {
  readonly state: () => State;
  readonly screen: () => Screen | undefined;
  /** Presses keys one after the other; before each one the wizard has come to rest. */
  readonly press: (...keys: readonly string[]) => Promise<void>;
  /** Presses a key at once, whatever goes on. */
  readonly pressNow: (key: string) => void;
  readonly rest: () => Promise<void>;
  readonly erase: () => void;
  readonly resize: (columns: number, rows: number) => void;
  readonly frame: () => string;
  readonly copied: readonly string[];
  /** Faults of the tool itself. */
  readonly bugs: readonly Error[];
}

/** The wizard on a cluster in memory, with the real checks, the real engine and scripted keys. */
export async function wizardOn(
  cluster: MemoryCluster,
  options: {
    readonly engine?: Partial<Engine>;
    readonly onChange?: (state: State) => void;
    readonly flags?: Readonly<Record<string, unknown>>;
    readonly services?: Partial<Shell['services']>;
  } = {},
): Promise<Journey> {
  const { run: _, ...scene } = fixScene(cluster, options.engine);
  const silent = { write: () => true };
  const shell: Shell = {
    stdout: silent,
    stderr: silent,
    env: {},
    isInteractive: true,
    signal: new AbortController().signal,
    ask: () => Promise.resolve(null),
    services: {
      ...scene.services,
      readDump: () => Promise.reject(new Error('there is no dump here')),
      writeBundle: () => Promise.resolve(),
      ...options.services,
    },
  };
  const { core } = await sessionCore(readFlags({}, options.flags ?? {}), shell);
  const copied: string[] = [];
  const bugs: Error[] = [];
  const run = effectRunner(core, {
    copy: (text) => copied.push(text),
    onBug: (bug) => bugs.push(bug),
  });
  const begin = initialState(
    { columns: 80, rows: 24 },
    { isDump: false, nowMs: cluster.clock.now() },
  );
  const store = createStore(begin, run, (bug) => bugs.push(bug));
  const { onChange } = options;
  if (onChange) store.subscribe(() => onChange(store.get()));
  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      if (!isWaiting(store.get())) return resolve();
      const stop = store.subscribe(() => {
        if (isWaiting(store.get()) && store.get().exitCode === null) return;
        stop();
        resolve();
      });
    });
  const pressNow = (keys: string): void => {
    for (const { text, key } of pressesOf(keys)) {
      const meanings = meaningsOf(store.get(), text, key);
      if (meanings.length === 0) throw new Error(`${keys} means nothing here`);
      const { mostScroll } = frameOf(store.get(), plainText());
      for (const one of meanings) {
        store.send('key' in one ? { type: 'key', ...one, mostScroll } : { type: 'text', ...one });
      }
    }
  };
  run({ do: 'gather' }, store.send);
  await rest();
  return {
    ...scene,
    copied,
    state: store.get,
    screen: () => store.get().screens.at(-1),
    press: async (...keys) => {
      for (const one of keys) {
        pressNow(one);
        await rest();
      }
    },
    pressNow,
    rest,
    erase: () => store.send({ type: 'key', key: 'erase' }),
    resize: (columns, rows) => store.send({ type: 'resize', columns, rows }),
    frame: () => frameOf(store.get(), plainText()).lines.join('\n'),
    bugs,
  };
}
