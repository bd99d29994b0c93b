import { describe, expect, it } from 'vitest';
import { codeSpan, escapeMarkdown, renderMarkdown } from '../../internal/report/markdown.ts';
import {
  diagnosisOf,
  evidenceOf,
  findingOf,
  remedyOf,
  richDiagnosis,
} from '../support/diagnosis.ts';
import { golden } from '../support/golden.ts';

describe('escapeMarkdown', () => {
  it.each([
    ['plain words, 10.0.0.1 (eth0).', 'plain words, 10.0.0.1 (eth0).'],
    ['nf_conntrack *x* `y` [z](u)', 'nf\\_conntrack \\*x\\* \\`y\\` \\[z\\](u)'],
    ['<img src=x onerror=a> & co', '&lt;img src=x onerror=a&gt; &amp; co'],
    ['# head', '\\# head'],
    ['- item', '\\- item'],
    ['1. item', '\\1. item'],
    ['a | b', 'a \\| b'],
  ])('%j', (text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });
});

describe('codeSpan', () => {
  it.each([
    ['a', '`a`'],
    ['a`b', '``a`b``'],
    ['`a``', '``` `a`` ```'],
    ['', '`  `'],
  ])('%j', (text, expected) => {
    expect(codeSpan(text)).toBe(expected);
  });
});

describe('Markdown', () => {
  it('looks as agreed', () => {
    expect(renderMarkdown(richDiagnosis())).toBe(
      golden('rich.md', renderMarkdown(richDiagnosis())),
    );
  });

  it('keeps commands in a fence that they cannot end', () => {
    const manual = ['cat <<EOF\n```\nEOF'];
    const text = renderMarkdown(
      diagnosisOf({ findings: [findingOf({ remedies: [remedyOf({ manual })] })] }),
    );
    expect(text).toContain('\n````sh\ncat <<EOF\n```\nEOF\n````\n');
  });

  it('names at most thirty pieces of evidence', () => {
    const evidence = Array.from({ length: 40 }, (_, index) =>
      evidenceOf({ text: `value-${index}` }),
    );
    const text = renderMarkdown(diagnosisOf({ findings: [findingOf({ evidence })] }));
    expect(text).toContain('value-29');
    expect(text).not.toContain('value-30');
  });
});
