import { describe, expect, test } from 'vitest';
import type { KeyName } from '../../../cmd/tui/keys.ts';
import type { Screen, State } from '../../../cmd/tui/state.ts';
import { golden } from '../../support/golden.ts';
import { everyScreen } from '../../support/wizard-screens.ts';
import { played } from '../../support/wizard.ts';

// Typed so, none can be forgotten.
const keys: Readonly<Record<KeyName, true>> = {
  up: true,
  down: true,
  left: true,
  right: true,
  'page-up': true,
  'page-down': true,
  first: true,
  last: true,
  enter: true,
  back: true,
  erase: true,
  help: true,
  quit: true,
  again: true,
  diff: true,
  commands: true,
  copy: true,
  filter: true,
  checks: true,
  method: true,
  save: true,
  undo: true,
  'empty-dir': true,
  force: true,
  interrupt: true,
};

const top = ({ screens }: State): Screen | undefined => screens.at(-1);

// What became different on the screen that is shown: the fields, in their order.
function difference(before: Screen | undefined, after: Screen | undefined): string {
  if (before === undefined || after === undefined || before.name !== after.name) return '';
  const old = new Map<string, unknown>(Object.entries(before));
  return Object.entries(after)
    .filter(([field, value]) => JSON.stringify(old.get(field)) !== JSON.stringify(value))
    .map(([field, value]) => ` ${field}=${JSON.stringify(value)}`)
    .join('');
}

function told(before: State, key: KeyName): string {
  const { state, effects } = played(before, key);
  const way = state.screens.map(({ name }) => name).join('/');
  const parts = [
    way === before.screens.map(({ name }) => name).join('/') ? '' : `-> ${way}`,
    difference(top(before), top(state)).trim(),
    state.isHelpOpen === before.isHelpOpen ? '' : `help ${state.isHelpOpen ? 'opens' : 'closes'}`,
    state.isFiltering === before.isFiltering ? '' : `filtering=${state.isFiltering}`,
    state.gathering === before.gathering ? '' : `reading=${state.gathering?.state ?? 'no'}`,
    state.exitCode === null ? '' : `exit ${state.exitCode}`,
    effects.map((effect) => `do ${effect.do}`).join(' '),
    state.notice === before.notice || state.notice === '' ? '' : `"${state.notice}"`,
  ].filter(Boolean);
  return parts.length === 0 ? '.' : parts.join('; ');
}

describe('every key on every screen', () => {
  test.each(Object.keys(everyScreen()))('%s', (name) => {
    const state = everyScreen()[name];
    if (!state) throw new Error(`there is no ${name}`);
    const lines = Object.keys(keys).map(
      (key) => `${key.padEnd(10)} ${told(state, key as KeyName)}`,
    );
    const text = `${lines.join('\n')}\n`;
    expect(text).toBe(golden(`tui-keys/${name}.txt`, text));
  });

  // Whatever is pressed, nothing is sent but from the last question with all its words.
  test.each(Object.keys(everyScreen()))('%s sends nothing by one key', (name) => {
    const state = everyScreen()[name];
    if (!state) throw new Error(`there is no ${name}`);
    for (const key of Object.keys(keys)) {
      const { effects } = played(state, key as KeyName);
      expect(effects.map((effect) => effect.do)).not.toContain('apply');
    }
  });
});
