import { describe, expect, test } from 'vitest';
import { meaningsOf, plainText, type PressedKey } from '../../../cmd/tui/keys.ts';
import { played, shown } from '../../support/wizard.ts';

const reading = shown();
const typing = played(shown(), 'filter').state;
const help = played(shown(), 'help').state;

describe('a press means', () => {
  test.each<[why: string, text: string, key: PressedKey, meant: readonly unknown[]]>([
    ['a letter its key', 'j', {}, [{ key: 'down' }]],
    ['a letter that is none nothing', 'x', {}, []],
    ['an arrow its way', '', { upArrow: true }, [{ key: 'up' }]],
    ['escape the way back', '', { escape: true }, [{ key: 'back' }]],
    ['Ctrl-C what it always does', 'c', { ctrl: true }, [{ key: 'interrupt' }]],
    ['another control key nothing', 'x', { ctrl: true }, []],
    ['a letter with Alt nothing', 'q', { meta: true }, []],
    [
      'moves that came together all of them',
      'jjk',
      {},
      [{ key: 'down' }, { key: 'down' }, { key: 'up' }],
    ],
    ['letters that came together and do more nothing', 'jq', {}, []],
    ['a word nothing', 'yes', {}, []],
  ])('%s', (_why, text, key, meant) => {
    expect(meaningsOf(reading, text, key)).toEqual(meant);
  });

  test('text where text is typed', () => {
    expect(meaningsOf(typing, 'q', {})).toEqual([{ text: 'q' }]);
    expect(meaningsOf(typing, 'ab\r', {})).toEqual([{ text: 'ab' }]);
    expect(meaningsOf(typing, '', { return: true })).toEqual([{ key: 'enter' }]);
    expect(meaningsOf(typing, 'c', { ctrl: true })).toEqual([{ key: 'interrupt' }]);
  });

  test('the way back from the help, whatever it is', () => {
    for (const text of ['x', 'q', 'hello', ' '])
      expect(meaningsOf(help, text, {})).toEqual([{ key: 'back' }]);
    expect(meaningsOf(help, 'c', { ctrl: true })).toEqual([{ key: 'interrupt' }]);
  });
});

test('pasted text is one line without what a terminal would obey', () => {
  expect(plainText('yes\r\n')).toBe('yes');
  expect(plainText('a\u001B[2Jb\u202Ec')).toBe('a[2Jbc');
});

test('the last character is erased as its writer counts it', () => {
  const typed = played(typing, 'text:n\u{1F469}\u200D\u{1F692}', 'erase').state;
  expect(typed.screens.at(-1)).toMatchObject({ filter: 'n' });
});
