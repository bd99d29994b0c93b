import { describe, expect, it } from 'vitest';
import type { Finding } from '../../internal/model/finding.ts';
import type { Remedy } from '../../internal/model/remedy.ts';
import { type Choice, type ChoiceOptions, chooseItems } from '../../internal/plan/choose.ts';
import { checkOf, diagnosisOf, findingOf, remedyOf } from '../support/diagnosis.ts';

const manual = remedyOf({ id: 'by-hand', action: 'manual', changes: [] });
const commands = remedyOf({ id: 'commands', action: 'apply', changes: [] });
const emit = remedyOf({ id: 'emit', action: 'emit', changes: [] });
const refuse = remedyOf({ id: 'refuse', action: 'refuse', changes: [] });
const patch = remedyOf({ id: 'patch' });
const temporary = remedyOf({ id: 'temporary', action: 'apply-temporary' });
const drain = remedyOf({
  id: 'drain',
  risk: 'interrupts-traffic',
  changes: [],
  drains: ['quay-1'],
});
const freeze = remedyOf({ id: 'freeze', consent: 'freeze-operator' });

const finding = (id: string, remedies: readonly Remedy[], more: Partial<Finding> = {}): Finding =>
  findingOf({ id, remedies, severity: 'error', affected: [], symptoms: [], ...more });
const onNode = (name: string): Partial<Finding> => ({ affected: [{ kind: 'Node', name }] });

function choose(
  findings: readonly Finding[],
  options: Partial<ChoiceOptions> = {},
  verdict: 'findings' | 'healthy' | 'undetermined' | 'unknown' = findings.length > 0
    ? 'findings'
    : 'healthy',
): Choice {
  const checks = [
    checkOf({ id: 'calm', result: 'passed', reason: '' }),
    checkOf({ id: 'dim', result: 'unknown', reason: 'nodes: denied' }),
    ...findings.map(({ id }) => checkOf({ id, result: 'found' })),
  ];
  const diagnosis = diagnosisOf({ findings, checks, verdict });
  return chooseItems(diagnosis, { nodes: [], freezeOperator: false, ...options });
}

const chosen = (choice: Choice): readonly string[] =>
  choice.state === 'chosen'
    ? choice.items.map(({ finding: found, remedy }) => `${found?.id ?? ''}/${remedy.id}`)
    : [];

describe('without a finding', () => {
  it.each<[string, readonly Finding[], readonly string[]]>([
    [
      'the first of each that can be carried out',
      [finding('a', [manual, commands, emit, patch, temporary]), finding('b', [temporary])],
      ['a/patch', 'b/temporary'],
    ],
    [
      'nothing for warnings and symptoms',
      [
        finding('a', [patch], { severity: 'warning' }),
        finding('b', [patch], { isSymptom: true }),
        finding('c', [patch]),
      ],
      ['c/patch'],
    ],
    [
      'nothing that interrupts traffic or asks for consent',
      [finding('a', [drain, freeze, patch])],
      ['a/patch'],
    ],
  ])('takes %s', (_title, findings, expected) => {
    expect(chosen(choose(findings))).toEqual(expected);
  });

  it('tells what it passed over of findings that it does nothing about', () => {
    const choice = choose([
      finding('a', [patch]),
      finding('b', [refuse, emit, commands, freeze, drain]),
    ]);
    expect(chosen(choice)).toEqual(['a/patch']);
    expect(choice).toMatchObject({
      passedOver: [
        { finding: 'b', remedy: 'refuse', why: 'refused' },
        { finding: 'b', remedy: 'emit', why: 'emit' },
        { finding: 'b', remedy: 'commands', why: 'by-hand' },
        { finding: 'b', remedy: 'freeze', why: 'needs-consent' },
        { finding: 'b', remedy: 'drain', why: 'has-to-be-named' },
      ],
    });
  });

  it('takes what needs consent where it is given', () => {
    expect(chosen(choose([finding('a', [freeze])], { freezeOperator: true }))).toEqual([
      'a/freeze',
    ]);
  });

  it('keeps to the nodes that are named, and findings about none', () => {
    const findings = [
      finding('a', [patch], onNode('quay-1')),
      finding('b', [patch], onNode('quay-2')),
      finding('c', [patch]),
    ];
    expect(chosen(choose(findings, { nodes: ['quay-2'] }))).toEqual(['b/patch', 'c/patch']);
  });

  it.each<[Choice, object]>([
    [choose([]), { kind: 'healthy' }],
    [
      choose([finding('a', [patch], { severity: 'warning' })], {}, 'healthy'),
      { kind: 'no-errors', findings: ['a'] },
    ],
    [choose([finding('undetermined', [manual])], {}, 'undetermined'), { kind: 'undetermined' }],
    [choose([], {}, 'unknown'), { kind: 'unknown' }],
    [
      choose([finding('a', [manual])]),
      {
        kind: 'none-applicable',
        passedOver: [{ finding: 'a', remedy: 'by-hand', why: 'by-hand' }],
      },
    ],
    [
      choose([finding('a', [patch])], { remedy: 'patch' }),
      { kind: 'remedy-without-finding', remedy: 'patch' },
    ],
  ])('chooses nothing, and says why: %#', (choice, reason) => {
    expect(choice).toEqual({ state: 'none', reason });
  });
});

describe('for a finding', () => {
  it.each<[string, readonly Remedy[], Partial<ChoiceOptions>, readonly string[]]>([
    ['its first that can be carried out, drains too', [manual, drain, patch], {}, ['a/drain']],
    ['its first, where all are for a person', [manual, emit], {}, ['a/by-hand']],
    ['the one that is named', [patch, drain], { remedy: 'drain' }, ['a/drain']],
    [
      'the one that is named, though it is for a person',
      [patch, emit],
      { remedy: 'emit' },
      ['a/emit'],
    ],
    ['none without its consent', [freeze, patch], {}, ['a/patch']],
    ['steps by hand rather than none', [freeze, manual], {}, ['a/by-hand']],
    ['one with its consent', [freeze, patch], { freezeOperator: true }, ['a/freeze']],
  ])('takes %s', (_title, remedies, options, expected) => {
    const findings = [finding('a', remedies, { severity: 'warning' }), finding('b', [patch])];
    expect(chosen(choose(findings, { finding: 'a', ...options }))).toEqual(expected);
  });

  it('takes one for each time that it is found', () => {
    const findings = [
      finding('a', [patch], onNode('quay-1')),
      finding('a', [temporary], onNode('quay-2')),
    ];
    expect(chosen(choose(findings, { finding: 'a' }))).toEqual(['a/patch', 'a/temporary']);
    expect(chosen(choose(findings, { finding: 'a', nodes: ['quay-2'] }))).toEqual(['a/temporary']);
    expect(choose(findings, { finding: 'a', nodes: ['quay-3'] })).toMatchObject({
      reason: { kind: 'finding-elsewhere', nodes: ['quay-1', 'quay-2'] },
    });
  });

  const known = ['calm', 'dim', 'a', 'empty'];
  it.each<[Partial<ChoiceOptions>, object]>([
    [{ finding: 'nonsense' }, { kind: 'unknown-finding', finding: 'nonsense', known }],
    [
      { finding: 'calm' },
      { kind: 'finding-absent', finding: 'calm', result: 'passed', reason: '' },
    ],
    [
      { finding: 'dim' },
      { kind: 'finding-absent', finding: 'dim', result: 'unknown', reason: 'nodes: denied' },
    ],
    [{ finding: 'shadow' }, { kind: 'explained', finding: 'shadow', causes: ['a'] }],
    [{ finding: 'empty' }, { kind: 'no-remedy', finding: 'empty' }],
    [
      { finding: 'empty', remedy: 'x' },
      { kind: 'no-remedy', finding: 'empty' },
    ],
    [
      { finding: 'a', remedy: 'x' },
      { kind: 'unknown-remedy', finding: 'a', remedy: 'x', known: ['freeze'] },
    ],
    [
      { finding: 'a' },
      { kind: 'needs-consent', finding: 'a', remedy: 'freeze', consent: 'freeze-operator' },
    ],
    [
      { finding: 'a', remedy: 'freeze' },
      { kind: 'needs-consent', finding: 'a', remedy: 'freeze', consent: 'freeze-operator' },
    ],
  ])('chooses nothing, and says why: %j', (options, reason) => {
    const symptoms = [{ id: 'shadow', affected: [] }];
    const findings = [finding('a', [freeze], { symptoms }), finding('empty', [])];
    expect(choose(findings, options)).toEqual({ state: 'none', reason });
  });
});
