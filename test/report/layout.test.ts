import { assert, integer, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alignRows,
  columns,
  indent,
  labelWidth,
  listNames,
  pad,
  shortenMiddle,
  shortenWords,
  wrap,
} from '../../internal/report/layout.ts';

describe('listNames', () => {
  const names = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7'];
  it.each([
    [[], 40, 4, ''],
    [['n1'], 40, 4, 'n1'],
    [['n1', 'n2'], 40, 4, 'n1 and n2'],
    [['n1', 'n2', 'n3'], 40, 4, 'n1, n2 and n3'],
    [names, 40, 4, 'n1, n2, n3, n4 and 3 more'],
    [names, 20, 4, 'n1, n2 and 5 more'],
    [names, 3, 4, 'n1 and 6 more'],
    [names, 80, 20, 'n1, n2, n3, n4, n5, n6 and n7'],
  ])('%j in %i columns, at most %i', (list, width, most, expected) => {
    expect(listNames(list, width, most)).toBe(expected);
  });
});

describe('shortenMiddle', () => {
  it.each([
    ['short', 10, 'short'],
    ['exactly-10', 10, 'exactly-10'],
    ['calico-node-abcdefgh', 12, 'calico-…efgh'],
    ['東京東京東京東京', 9, '東京…京'],
  ])('%j in %i', (text, width, expected) => {
    expect(shortenMiddle(text, width, '…')).toBe(expected);
  });

  it('never is wider than asked, and keeps both ends', () => {
    assert(
      property(
        string({ unit: 'grapheme-ascii', minLength: 1 }),
        integer({ min: 5, max: 60 }),
        (text, width) => {
          const short = shortenMiddle(text, width, '…');
          expect(columns(short)).toBeLessThanOrEqual(width);
          expect(short[0]).toBe(text[0]);
          expect(short.at(-1)).toBe(text.at(-1));
        },
      ),
    );
  });

  it('is quick for a line of a megabyte', () => {
    const text = `begin ${'x'.repeat(1_000_000)} end`;
    expect(shortenMiddle(text, 20, '...')).toBe('begin xxxxx...xx end');
  });
});

describe('shortenWords', () => {
  it.each([
    ['all of it fits', 20, 'all of it fits'],
    [
      'the first words tell what failed, the last ones tell why',
      40,
      'the first words tell … ones tell why',
    ],
    ['path=/a/very/long/path/without/any/blank/in/it', 30, 'path=/a/very/long…lank/in/it'],
  ])('%j in %i', (text, width, expected) => {
    expect(shortenWords(text, width, '…')).toBe(expected);
  });

  it('never is wider than asked', () => {
    assert(
      property(
        string({ unit: 'grapheme-ascii', minLength: 1 }),
        integer({ min: 8, max: 60 }),
        (text, width) => {
          expect(columns(shortenWords(text, width, '…'))).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

describe('lines', () => {
  it('breaks at blanks and leaves long words whole', () => {
    expect(wrap('aaa bbb cccccccccc d', 8)).toEqual(['aaa bbb', 'cccccccccc', 'd']);
  });

  it('hangs', () => {
    expect(indent(['a', 'b'], 2, '- ')).toEqual(['- a', '  b']);
  });

  it('counts columns, not characters', () => {
    expect(pad('東', 4)).toBe('東  ');
  });

  it('aligns values beside labels of different widths', () => {
    const rows = [
      { label: 'a', lines: ['1', '2'] },
      { label: 'long', lines: ['3'] },
    ];
    expect(alignRows(rows, labelWidth(rows, 10))).toEqual(['a     1', '      2', 'long  3']);
  });
});
