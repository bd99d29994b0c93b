import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../internal/model/diagnosis.ts';
import { columns } from '../../internal/report/layout.ts';
import type { Style } from '../../internal/report/style.ts';
import { renderText, unreadReasons } from '../../internal/report/text.ts';
import {
  checkOf,
  diagnosisOf,
  evidenceOf,
  findingOf,
  installOf,
  plainText,
  remedyOf,
  richDiagnosis,
} from '../support/diagnosis.ts';
import { golden } from '../support/golden.ts';
import { steering } from '../support/steering.ts';

const undetermined = (): Diagnosis =>
  diagnosisOf({
    nodesWithWorkingCalico: 5,
    verdict: 'undetermined',
    findings: [
      findingOf({
        id: 'undetermined',
        confidence: 'possible',
        title: 'calico-node is not well on rack2-n03, and what was read does not say why',
        summary: 'No known cause matches.',
        ruledOut: [],
        affected: [{ kind: 'Node', name: 'rack2-n03' }],
        evidence: [],
        remedies: [
          remedyOf({
            title: 'Get what is missing, then diagnose again',
            action: 'manual',
            risk: 'none',
            target: undefined,
            consequences: [],
            manual: ['kubectl -n calico-system logs calico-node-9k2xl -c calico-node --previous'],
          }),
        ],
      }),
    ],
  });

const blind = (kind: 'live' | 'dump'): Diagnosis =>
  diagnosisOf({
    source: { kind, name: kind === 'live' ? 'plant-7' : 'dumps/monday.tar.gz' },
    nodesWithWorkingCalico: 0,
    verdict: 'unknown',
    checks: [
      checkOf(),
      ...['a', 'b', 'c'].map((id) =>
        checkOf({ id, result: 'unknown', reason: 'pods: no right to list pods', failed: true }),
      ),
      checkOf({
        id: 'd',
        result: 'unknown',
        reason: 'pods: no right to list pods; logs: none were read',
        failed: true,
      }),
      checkOf({ id: 'e', result: 'unknown', reason: 'ipPools: not in the dump' }),
    ],
  });

const scenes: Readonly<Record<string, Diagnosis>> = {
  rich: richDiagnosis(),
  healthy: diagnosisOf(),
  'healthy-during-rollout': diagnosisOf({
    nodesWithWorkingCalico: 5,
    install: installOf({
      renderer: 'manifest',
      distribution: 'kubespray',
      namespace: 'kube-system',
    }),
  }),
  undetermined: undetermined(),
  'unknown-live': blind('live'),
  'unknown-dump': blind('dump'),
  'no-calico': diagnosisOf({
    verdict: 'unknown',
    nodesWithWorkingCalico: 0,
    install: installOf({
      renderer: 'none',
      daemonSet: null,
      namespace: null,
      calicoVersion: null,
      kubernetesVersion: null,
    }),
    checks: [],
  }),
};

describe('text', () => {
  it.each(Object.keys(scenes))('%s looks as agreed', (name) => {
    const diagnosis = scenes[name] ?? diagnosisOf();
    expect(renderText(diagnosis, plainText(80))).toBe(
      golden(`${name}.80.txt`, renderText(diagnosis, plainText(80))),
    );
    expect(renderText(diagnosis, plainText(120))).toBe(
      golden(`${name}.120.txt`, renderText(diagnosis, plainText(120))),
    );
  });

  it('looks as agreed without Unicode', () => {
    const text = renderText(richDiagnosis(), plainText(80, true));
    expect(text).toBe(golden('rich.ascii.txt', text));
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
  });

  it.each([80, 100, 120])('stays within %i columns but for commands', (width) => {
    for (const diagnosis of Object.values(scenes)) {
      const lines = renderText(diagnosis, plainText(width)).split('\n');
      const tooLong = lines.filter((line) => columns(line) > width && !/^ *kubectl /.test(line));
      expect(tooLong).toEqual([]);
    }
  });

  it('leaves commands whole and in order', () => {
    const manual = [
      '# first',
      `kubectl patch x -p '${'y'.repeat(300)}'`,
      "cat > f <<'EOF'\n  a: b\nEOF",
    ];
    const text = renderText(
      diagnosisOf({
        verdict: 'findings',
        findings: [findingOf({ remedies: [remedyOf({ manual })] })],
      }),
      plainText(60),
    );
    expect(text).toContain(`         # first\n         ${manual[1] ?? ''}\n${manual[2] ?? ''}\n`);
  });

  it('stays short with thousands of objects', () => {
    const affected = Array.from({ length: 5000 }, (_, index) => ({
      kind: 'Node',
      name: `n${index}`,
    }));
    const evidence = affected.map((from) => evidenceOf({ from, text: 'x'.repeat(10_000) }));
    const finding = findingOf({ affected, evidence, symptoms: [{ id: 's', affected }] });
    const text = renderText(diagnosisOf({ verdict: 'findings', findings: [finding] }), plainText());
    expect(text.split('\n').length).toBeLessThan(40);
    expect(text).toContain('and 4996 more');
    expect(text).toContain('and 4995 more: -o wide');
  });

  it('marks by role and never by colour alone', () => {
    const tag = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
    const style: Style = {
      error: tag('e'),
      warning: tag('w'),
      ok: tag('o'),
      dim: tag('d'),
      strong: tag('s'),
      command: tag('c'),
    };
    const options = { ...plainText(100), style };
    expect(renderText(diagnosisOf(), options)).toMatch(/^<o>✓<\/o> /);
    const text = renderText(richDiagnosis(), options);
    expect(text).toMatch(/^<e>✗<\/e> /);
    expect(text).toContain('<w>warning, possible</w>');
    expect(text).toContain('<c>kubectl calico-fix explain slow-start</c>');
  });

  it('lets nothing of the cluster reach the terminal', () => {
    const evil = '\x1b[2J\u202e\u009bx\ny';
    const finding = findingOf({
      title: evil,
      summary: evil,
      ruledOut: [evil],
      affected: [{ kind: 'Node', name: evil }],
      evidence: [evidenceOf({ text: evil, field: evil })],
      remedies: [remedyOf({ title: evil, consequences: [evil], manual: [evil] })],
    });
    const text = renderText(
      diagnosisOf({
        verdict: 'findings',
        source: { kind: 'live', name: evil },
        install: installOf({ calicoVersion: evil }),
        findings: [finding, { ...finding, severity: 'warning' }],
      }),
      plainText(),
    );
    expect(text).not.toMatch(steering);
    expect(text).toContain('\\x1b[2J\\u202e\\x9bx ⏎ y');
  });
});

describe('unreadReasons', () => {
  it('counts the checks that each reason stopped, failures alone where there are some', () => {
    expect(unreadReasons(blind('live').checks)).toEqual([
      ['pods: no right to list pods', 4],
      ['logs: none were read', 1],
    ]);
    expect(unreadReasons([checkOf({ result: 'unknown', reason: 'x' })])).toEqual([['x', 1]]);
  });
});
