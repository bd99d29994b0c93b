import { Box, Text, useApp, useInput, usePaste, useWindowSize } from 'ink';
import { useEffect, useSyncExternalStore, type ReactElement } from 'react';
import type { TextOptions } from '../../internal/report/style.ts';
import { meaningsOf, plainText } from './keys.ts';
import type { Store } from './store.ts';
import { frameOf } from './view/screen.ts';

interface Props {
  readonly store: Store;
  readonly text: Omit<TextOptions, 'width'>;
}

/** The wizard on a terminal: keys and sizes go to the store, and what its state looks like is painted. */
export function App({ store, text }: Props): ReactElement {
  const state = useSyncExternalStore(store.subscribe, store.get);
  const { columns, rows } = useWindowSize();
  const { exit } = useApp();
  // Of the size that the terminal has now, which the store learns a moment later.
  const { lines, mostScroll } = frameOf({ ...state, columns, rows }, text);
  useInput((typed, pressed) => {
    for (const meaning of meaningsOf(store.get(), typed, pressed)) {
      if ('key' in meaning) store.send({ type: 'key', key: meaning.key, mostScroll });
      else store.send({ type: 'text', text: meaning.text });
    }
  });
  usePaste((pasted) => store.send({ type: 'text', text: plainText(pasted) }));
  useEffect(() => {
    store.send({ type: 'resize', columns, rows });
  }, [store, columns, rows]);
  useEffect(() => {
    if (state.exitCode !== null) exit();
  }, [exit, state.exitCode]);
  return (
    <Box flexDirection="column">
      {lines.map((line, index) => (
        // A line is known by its place: the screen is as long as the terminal is high.
        <Text key={index} wrap="truncate">
          {line === '' ? ' ' : line}
        </Text>
      ))}
    </Box>
  );
}
