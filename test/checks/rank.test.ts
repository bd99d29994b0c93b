import { expect, it } from 'vitest';
import { rank } from '../../internal/checks/rank.ts';
import type { Finding, ObjectRef, Symptom } from '../../internal/model/finding.ts';

const node = (name: string): ObjectRef => ({ kind: 'Node', name });

const finding = (
  id: string,
  more: Partial<Finding> & { nodes?: readonly string[] } = {},
): Finding => ({
  id,
  severity: 'error',
  confidence: 'likely',
  title: id,
  summary: '',
  ruledOut: [],
  facts: {},
  affected: (more.nodes ?? ['a']).map(node),
  evidence: [],
  symptoms: [],
  remedies: [],
  ...more,
});

const causing = (id: string, names: readonly string[]): readonly Symptom[] => [
  { id, affected: names.map(node) },
];
const order = ['first', 'second', 'third'];
const ids = (findings: readonly Finding[]): string[] => rank(findings, order).map(({ id }) => id);

it.each<[string, readonly Finding[], string[]]>([
  [
    'errors before warnings',
    [finding('first', { severity: 'warning' }), finding('third')],
    ['third', 'first'],
  ],
  [
    'the surer one first',
    [finding('first'), finding('third', { confidence: 'confirmed' })],
    ['third', 'first'],
  ],
  ['else the order of the list', [finding('third'), finding('first')], ['first', 'third']],
  [
    'what a cause explains is left out',
    [
      finding('third', { nodes: ['b'] }),
      finding('first', { symptoms: causing('third', ['a', 'b']) }),
    ],
    ['first'],
  ],
  [
    'even if it is surer than its cause',
    [
      finding('third', { confidence: 'confirmed' }),
      finding('first', { symptoms: causing('third', ['a']) }),
    ],
    ['first'],
  ],
  [
    'but not what it explains only in part',
    [
      finding('third', { nodes: ['a', 'c'] }),
      finding('first', { symptoms: causing('third', ['a']) }),
    ],
    ['first', 'third'],
  ],
  [
    'an error is no detail of a warning that explains it',
    [
      finding('third'),
      finding('first', { severity: 'warning', symptoms: causing('third', ['a']) }),
    ],
    ['third', 'first'],
  ],
  [
    'two that explain each other: the one nearer to the cause stays',
    [
      finding('third', { symptoms: causing('first', ['a']) }),
      finding('first', { symptoms: causing('third', ['a']) }),
    ],
    ['first'],
  ],
  [
    'a symptom stands below any other error about its node',
    [finding('first', { isSymptom: true }), finding('third')],
    ['third'],
  ],
  [
    'but not below a warning',
    [finding('first', { isSymptom: true }), finding('third', { severity: 'warning' })],
    ['first', 'third'],
  ],
  [
    'nor below an error about another node',
    [finding('first', { isSymptom: true }), finding('third', { nodes: ['b'] })],
    ['first', 'third'],
  ],
])('%s', (_name, findings, expected) => {
  expect(ids(findings)).toEqual(expected);
});

it('names the symptom under its cause', () => {
  const ranked = rank([finding('first', { isSymptom: true }), finding('third')], order);
  expect(ranked[0]?.symptoms).toEqual([{ id: 'first', affected: [node('a')] }]);
});

it('tells of the checks it might explain only those that found something, and every plain symptom', () => {
  const symptoms = [
    ...causing('second', ['a']),
    ...causing('third', ['a', 'b']),
    ...causing('crash-loop', ['a']),
  ];
  const ranked = rank([finding('third'), finding('first', { symptoms })], order);
  expect(ranked.map(({ id }) => id)).toEqual(['first']);
  expect(ranked[0]?.symptoms.map(({ id }) => id)).toEqual(['third', 'crash-loop']);
});
