import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDocuments } from '../../internal/cluster/documents.ts';
import { textOf } from '../../internal/cluster/dump-text.ts';

const json = (value: unknown): string => JSON.stringify(value, null, 4);
const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('readDocuments', () => {
  test.each([
    ['one document', json({ a: 1 }), [{ a: 1 }]],
    ['a list', '[1]', [[1]]],
    ['documents on lines', `${json({ a: 1 })}\n${json({ b: '}{"' })}\n`, [{ a: 1 }, { b: '}{"' }]],
    ['documents back to back', '{"a":"\\\\"}{"b":[{}]} [3]', [{ a: '\\' }, { b: [{}] }, [3]]],
    ['blank lines around', '\n\n{"a":1}\n\n', [{ a: 1 }]],
    [
      'remarks of kubectl between',
      'Warning: v1 Endpoints is deprecated\n{"a":1}\nError from server (NotFound): no\n{"b":2}\n',
      [{ a: 1 }, { b: 2 }],
    ],
    ['YAML', 'a: 1\nb: [x]\n', [{ a: 1, b: ['x'] }]],
    ['YAML documents', '---\na: 1\n---\n# nothing\n---\nb: 2\n...\n', [{ a: 1 }, { b: 2 }]],
    ['YAML behind a remark', 'Warning: old\nW0101 x\na: 1\n', [{ a: 1 }]],
    ['dashes in a block', 'a: |\n  ---\n  x\nb: 2\n', [{ a: '---\nx\n', b: 2 }]],
    [
      'times and words stay texts',
      'a: 2026-02-03T04:05:06Z\nb: yes\n',
      [{ a: '2026-02-03T04:05:06Z', b: 'yes' }],
    ],
  ])('%s', (_, text, documents) => {
    expect(readDocuments(text)).toMatchObject({ documents, damages: [] });
  });

  test('what kubectl said between documents is kept', () => {
    const { remarks } = readDocuments('{"a":1}\nError from server (NotFound): no\n{"b":2}\n');
    expect(remarks).toEqual(['Error from server (NotFound): no']);
  });

  test.each([
    ['cut JSON', '{"kind":"PodList","items":[{"metadata":{"name":"a"}}', []],
    ['pretty JSON that was cut', json({ items: [{ a: 1 }, { b: 2 }] }).slice(0, 60), []],
    ['the rest of a JSON', json({ items: [{ a: 1 }, { b: 2 }] }).slice(20), []],
    ['a comma too many', '{"a":1,}', []],
    ['text behind', '{"a":1}\nwhatever', [{ a: 1 }]],
    [
      'a cut one behind a whole one',
      `${json({ a: 1 })}\n${json({ b: { c: 2 } }).slice(0, 15)}`,
      [{ a: 1 }],
    ],
    ['too deep', deep(5000), []],
    ['so deep that a parser may break', deep(200_000), []],
    ['broken YAML', 'a: 1\n b: 2\n', []],
    [
      'one broken YAML document among good ones',
      'a: 1\n---\nb: [\n---\nc: 3\n',
      [{ a: 1 }, { c: 3 }],
    ],
    ['a YAML list that was cut between its items', 'apiVersion: v1\nitems:\n- a: 1\n', []],
    ['too many aliases', `a: &a [1]\nb: [${'*a,'.repeat(50)}]\n`, []],
    [
      'YAML too deep',
      'a:\n' + Array.from({ length: 400 }, (_, n) => `${' '.repeat(n + 1)}a:\n`).join(''),
      [],
    ],
  ])('%s: damage, and nothing of the damaged part', (_, text, documents) => {
    const read = readDocuments(text);
    expect(read.documents).toEqual(documents);
    expect(read.damages).toHaveLength(1);
  });

  test('never throws, and takes rows of any JSON apart', () => {
    const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1 });
    fc.assert(
      fc.property(
        objects,
        fc.constantFrom('', '\n', '\r\n', ' '),
        fc.constantFrom(0, 4),
        (row, gap, indent) => {
          const text = row.map((value) => JSON.stringify(value, null, indent)).join(gap);
          const expected: unknown = JSON.parse(JSON.stringify(row));
          expect(readDocuments(text)).toMatchObject({ documents: expected, damages: [] });
        },
      ),
    );
    fc.assert(fc.property(fc.string(), (text) => void readDocuments(text)));
    fc.assert(fc.property(fc.string(), (text) => void readDocuments(`{${text}`)));
  });
});

describe('textOf', () => {
  test.each([
    ['UTF-8', Buffer.from('é')],
    ['UTF-8 with a mark', Buffer.from('\u{FEFF}é')],
    ['UTF-16, little end first', Buffer.from('\u{FEFF}é', 'utf16le')],
    ['UTF-16, big end first', Buffer.from('\u{FEFF}é', 'utf16le').swap16()],
  ])('%s', (_, bytes) => expect(textOf(bytes)).toBe('é'));

  test('what has zero bytes is no text, what has broken characters is', () => {
    expect(textOf(Buffer.from('a\0b'))).toBeNull();
    expect(textOf(Buffer.from([0x61, 0xff]))).toBe('a\u{FFFD}');
  });
});
