import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { renderJson, toJson } from '../../internal/report/json.ts';
import { renderYaml } from '../../internal/report/yaml.ts';
import {
  diagnosisOf,
  evidenceOf,
  findingOf,
  installOf,
  remedyOf,
  richDiagnosis,
} from '../support/diagnosis.ts';
import { steering } from '../support/steering.ts';

const schemaFile = new URL('../../internal/report/diagnosis.schema.json', import.meta.url);
const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
addFormats.default(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(schemaFile, 'utf8')));

describe('JSON', () => {
  it.each([
    ['everything', richDiagnosis()],
    ['nothing', diagnosisOf()],
    [
      'a dump of unknown versions',
      diagnosisOf({
        source: { kind: 'dump', name: 'dump.tar.gz' },
        verdict: 'unknown',
        install: installOf({
          renderer: 'none',
          namespace: null,
          daemonSet: null,
          installation: null,
          calicoVersion: null,
          operatorVersion: null,
          kubernetesVersion: null,
          action: 'refuse',
          distribution: 'rke2',
          owner: 'helm-controller',
          ownerName: 'rke2-calico',
        }),
        checks: [],
      }),
    ],
    [
      'what objects of a dump bring along',
      diagnosisOf({
        findings: [
          findingOf({
            affected: [Object.assign({ kind: 'Pod', name: 'p' }, { uid: '1' })],
            evidence: [evidenceOf({ at: 'never' })],
            remedies: [
              remedyOf({
                changes: [
                  {
                    ref: { apiVersion: 'v1', kind: 'Pod', name: 'p' },
                    verb: 'delete',
                    body: undefined,
                  },
                ],
              }),
            ],
          }),
        ],
      }),
    ],
  ])('of %s is as its schema says', (_name, diagnosis) => {
    validate(JSON.parse(renderJson(diagnosis)));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('has a schema that refuses other things', () => {
    const data = JSON.parse(renderJson(richDiagnosis()));
    expect(validate({ ...data, verdict: 'fine' })).toBe(false);
    expect(validate({ ...data, surprise: 1 })).toBe(false);
    expect(validate({ ...data, findings: [{ id: 'x' }] })).toBe(false);
  });

  it('carries the fields of the specification', () => {
    expect(JSON.parse(renderJson(richDiagnosis()))).toMatchObject({
      kind: 'Diagnosis',
      apiVersion: 'calico-fix/v1',
      takenAt: '2026-04-02T03:11:45Z',
      tool: { version: '9.8.7' },
      cluster: { context: 'plant-7', kubernetesVersion: 'v1.31.4', nodes: 6 },
      install: {
        renderer: 'operator',
        owner: 'user',
        distribution: null,
        namespace: 'calico-system',
        calicoVersion: 'v3.29.1',
        action: 'apply',
      },
      verdict: 'findings',
      findings: [
        {
          id: 'wrong-ip-autodetected',
          severity: 'error',
          facts: { node: 'rack2-n07' },
          affected: [{ kind: 'Node', name: 'rack2-n07' }, { kind: 'Pod' }],
          symptoms: [{ id: 'bgp-peer-blocked' }, { id: 'pods-without-network', affected: [] }],
          remedies: [
            { id: 'use-kubernetes-address', target: { kind: 'Installation', name: 'default' } },
            {},
            {},
          ],
        },
        { id: 'slow-start' },
        { id: 'right-by-luck' },
        { id: 'pool-smaller' },
      ],
      checks: expect.arrayContaining([
        {
          id: 'crds-missing',
          title: expect.any(String),
          result: 'unknown',
          reason: 'customResourceDefinitions: not in the dump',
        },
      ]),
    });
  });

  it('keeps evidence unchanged and gives no context for a dump', () => {
    const text = 'one\ntwo \u009b31m \u202e "\\ud800"';
    const data = JSON.parse(
      renderJson(
        diagnosisOf({
          source: { kind: 'dump', name: 'd' },
          findings: [findingOf({ evidence: [evidenceOf({ text })] })],
        }),
      ),
    );
    expect(data.findings[0].evidence[0].text).toBe(text);
    expect(data.cluster.context).toBeNull();
  });

  it.each([
    ['\ud800', '\ufffd'],
    ['a\udc00b', 'a\ufffdb'],
    ['\\ud800', '\\ud800'],
    ['\\\ud800', '\\\ufffd'],
    ['😀', '😀'],
    ['\u{e0041}', '\u{e0041}'],
  ])('%j is read back as %j', (text, expected) => {
    expect(JSON.parse(toJson({ text }))).toEqual({ text: expected });
  });
});

describe('YAML', () => {
  it('is the same data as JSON', () => {
    const diagnosis = richDiagnosis();
    expect(parseYaml(renderYaml(diagnosis))).toEqual(JSON.parse(renderJson(diagnosis)));
  });

  it('puts in quotes what older readers take for another type', () => {
    const yaml = renderYaml(diagnosisOf({ warnings: ['on', 'yes', '0x10', '12:30:45', 'null'] }));
    expect(yaml).toContain('takenAt: "2026-04-02T03:11:45Z"');
    for (const word of ['on', 'yes', '0x10', '12:30:45', 'null'])
      expect(yaml).toContain(`- "${word}"`);
  });
});

describe('JSON and YAML', () => {
  it('have no character that steers a terminal, and lose no character but halves of pairs', () => {
    assert(
      property(string({ unit: 'binary' }), string({ unit: 'binary' }), (text, key) => {
        const diagnosis = diagnosisOf({
          warnings: [text],
          findings: [findingOf({ facts: { [`k${key}`]: text }, evidence: [evidenceOf({ text })] })],
        });
        const json = renderJson(diagnosis);
        const yaml = renderYaml(diagnosis);
        expect(json).not.toMatch(steering);
        expect(yaml).not.toMatch(steering);
        const data = JSON.parse(json);
        expect(data.warnings[0]).toBe(text.toWellFormed());
        expect(data.findings[0].facts).toEqual({ [`k${key}`.toWellFormed()]: text.toWellFormed() });
        expect(parseYaml(yaml)).toEqual(data);
      }),
    );
  });
});
