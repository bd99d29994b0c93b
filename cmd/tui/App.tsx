import { Box, Text, useApp, useInput, useWindowSize } from 'ink';
import { useEffect, useSyncExternalStore, type ReactElement } from 'react';
import type { TextOptions } from '../../internal/report/style.ts';
import { meaningOf } from './keys.ts';
import type { Store } from './store.ts';
import { viewOf } from './view/screen.ts';

interface Props {
  readonly store: Store;
  readonly text: Omit<TextOptions, 'width'>;
}

/** The wizard on a terminal: keys and sizes go to the store, and what its state looks like is painted. */
export function App({ store, text }: Props): ReactElement {
  const state = useSyncExternalStore(store.subscribe, store.get);
  const { columns, rows } = useWindowSize();
  const { exit } = useApp();
  useInput((typed, key) => {
    const meaning = meaningOf(store.get(), typed, key);
    if (meaning === null) return;
    store.send('key' in meaning ? { type: 'key', ...meaning } : { type: 'text', ...meaning });
  });
  useEffect(() => {
    store.send({ type: 'resize', columns, rows });
  }, [store, columns, rows]);
  useEffect(() => {
    if (state.exitCode !== null) exit();
  }, [exit, state.exitCode]);
  return (
    <Box flexDirection="column">
      {viewOf(state, text).map((line, index) => (
        // A line is known by its place: the screen is as long as the terminal is high.
        <Text key={index} wrap="truncate">
          {line === '' ? ' ' : line}
        </Text>
      ))}
    </Box>
  );
}
