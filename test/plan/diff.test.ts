import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../internal/model/kubernetes.ts';
import { type DiffHunk, diffObjects, objectYaml } from '../../internal/plan/diff.ts';

const object = (env: readonly object[], metadata: object = {}): KubeObject =>
  ({
    status: { numberReady: 1 },
    spec: {
      template: { spec: { containers: [{ name: 'anchor', image: 'one', env }] } },
      paused: false,
    },
    metadata: { name: 'lantern', namespace: 'harbour', ...metadata },
    kind: 'DaemonSet',
    apiVersion: 'apps/v1',
  }) as KubeObject;

const text = (hunks: readonly DiffHunk[]): string =>
  hunks.flatMap(({ lines }) => lines.map((line) => line.sign + line.text)).join('\n');

describe('an object as YAML', () => {
  it('has its fields in the order that kubectl shows, and lists not indented', () => {
    expect(objectYaml(object([{ value: 'yes', name: 'ONE' }]))).toBe(
      [
        'apiVersion: apps/v1',
        'kind: DaemonSet',
        'metadata:',
        '  name: lantern',
        '  namespace: harbour',
        'spec:',
        '  paused: false',
        '  template:',
        '    spec:',
        '      containers:',
        '      - env:',
        '        - name: ONE',
        '          value: "yes"',
        '        image: one',
        '        name: anchor',
        '',
      ].join('\n'),
    );
  });

  it('is nothing for no object', () => {
    expect(objectYaml(null)).toBe('');
  });
});

describe('the diff of two versions', () => {
  const before = object([{ name: 'ONE', value: '1' }]);

  it('is three lines around each change', () => {
    const after = object([
      { name: 'TWO', value: '2' },
      { name: 'ONE', value: '1' },
    ]);
    const hunks = diffObjects(before, after);
    expect(hunks).toMatchObject([
      { before: { start: 9, lines: 6 }, after: { start: 9, lines: 8 } },
    ]);
    expect(text(hunks)).toBe(
      [
        '     spec:',
        '       containers:',
        '       - env:',
        '+        - name: TWO',
        '+          value: "2"',
        '         - name: ONE',
        '           value: "1"',
        '         image: one',
      ].join('\n'),
    );
  });

  it('does not see what the server writes of its own, nor the order of fields', () => {
    const noise = {
      uid: 'u',
      resourceVersion: '9',
      generation: 3,
      creationTimestamp: '2026-03-01T12:00:00Z',
      managedFields: [{ manager: 'm' }],
      annotations: { 'deprecated.daemonset.template.generation': '3' },
    };
    expect(diffObjects(before, object([{ value: '1', name: 'ONE' }], noise))).toEqual([]);
    expect(diffObjects(before, before)).toEqual([]);
  });

  it('sees labels and annotations of people', () => {
    expect(
      text(diffObjects(before, object([{ name: 'ONE', value: '1' }], { annotations: { a: 'b' } }))),
    ).toContain('+  annotations:\n+    a: b');
  });

  it('is the whole object where it is made or deleted', () => {
    const signs = (hunks: readonly DiffHunk[]): readonly string[] => [
      ...new Set(hunks.flatMap(({ lines }) => lines.map(({ sign }) => sign))),
    ];
    expect(signs(diffObjects(null, before))).toEqual(['+']);
    expect(signs(diffObjects(before, null))).toEqual(['-']);
  });

  it('keeps long and odd values whole', () => {
    const value = `${'long '.repeat(60)}\n--- end\n`;
    const after = object([{ name: 'ONE', value }]);
    expect(text(diffObjects(before, after))).toContain('+            --- end');
    expect(text(diffObjects(before, after))).toContain('long '.repeat(60).trim());
  });
});
