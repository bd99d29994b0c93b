import { describe, expect, it } from 'vitest';
import { pageLines } from '../../internal/report/page.ts';
import { plainText } from '../support/diagnosis.ts';

const lines = (page: string, width = 40): readonly string[] => pageLines(page, plainText(width));

describe('a page on a terminal', () => {
  it('has headings, paragraphs, lists and code', () => {
    const page = [
      '# some-id',
      '',
      '## What you see',
      'A paragraph that is **long** enough to be',
      'wrapped, with `code` in it.',
      '',
      '- first item that goes on for more than one line',
      '- second',
      '  and its rest',
      '  - deeper',
      '',
      '1. one',
      '2. two',
      '',
      '```sh',
      'kubectl get pods --all-namespaces --selector k8s-app=calico-node',
      '',
      '  indented',
      '```',
      'After.',
    ].join('\n');
    expect(lines(page)).toEqual([
      'some-id',
      '',
      'What you see',
      '',
      '  A paragraph that is long enough to be',
      '  wrapped, with code in it.',
      '',
      '  - first item that goes on for more',
      '    than one line',
      '  - second and its rest',
      '    - deeper',
      '  1. one',
      '  2. two',
      '',
      '    kubectl get pods --all-namespaces --selector k8s-app=calico-node',
      '',
      '      indented',
      '',
      '  After.',
    ]);
  });

  it.each([
    ['see [the page](https://example.test/a)', 'see the page (https://example.test/a)'],
    ['see [another](other.md)', 'see another'],
    ['an *important* word, 2 * 3 * 4', 'an important word, 2 * 3 * 4'],
    ['`a*b*c` stays', 'a*b*c stays'],
    ['snake_case_word stays', 'snake_case_word stays'],
  ])('%s', (text, expected) => {
    expect(lines(text, 80)).toEqual([`  ${expected}`]);
  });

  it('keeps tables, without their rule', () => {
    expect(lines('| a | b |\n| --- | --- |\n| 1 | 2 |')).toEqual(['| a | b |', '| 1 | 2 |']);
  });

  it('ends code that nobody ended', () => {
    expect(lines('```\nx')).toEqual(['    x']);
  });
});
