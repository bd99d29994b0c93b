import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { renderSarif } from '../../internal/report/sarif.ts';
import { checkOf, diagnosisOf, findingOf, richDiagnosis } from '../support/diagnosis.ts';

// The parts of the standard's schema (OASIS SARIF 2.1.0) that are used here, closed, so that a wrong name fails.
const message = {
  type: 'object',
  additionalProperties: false,
  required: ['text'],
  properties: { text: { type: 'string', minLength: 1 } },
};
const locations = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    properties: {
      id: { type: 'integer', minimum: -1 },
      logicalLocations: {
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          properties: {
            name: { type: 'string' },
            fullyQualifiedName: { type: 'string' },
            kind: { const: 'resource' },
          },
        },
      },
    },
  },
};
const results = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['message'],
    properties: {
      ruleId: { type: 'string' },
      ruleIndex: { type: 'integer', minimum: -1 },
      level: { enum: ['none', 'note', 'warning', 'error'] },
      message,
      locations,
      relatedLocations: locations,
      properties: { type: 'object' },
    },
  },
};
const driver = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: { type: 'string' },
    semanticVersion: { type: 'string' },
    rules: {
      type: 'array',
      uniqueItems: true,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['id'],
        properties: { id: { type: 'string' }, shortDescription: message, help: message },
      },
    },
  },
};
const invocation = {
  type: 'object',
  additionalProperties: false,
  required: ['executionSuccessful'],
  properties: {
    executionSuccessful: { type: 'boolean' },
    endTimeUtc: { type: 'string' },
    toolExecutionNotifications: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['message'],
        properties: {
          message,
          level: { enum: ['none', 'note', 'warning', 'error'] },
          associatedRule: {
            type: 'object',
            additionalProperties: false,
            properties: { id: { type: 'string' }, index: { type: 'integer' } },
          },
        },
      },
    },
  },
};
const validate = new Ajv({ strict: true }).compile({
  type: 'object',
  additionalProperties: false,
  required: ['version', 'runs'],
  properties: {
    $schema: { type: 'string' },
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['tool'],
        properties: {
          tool: {
            type: 'object',
            additionalProperties: false,
            required: ['driver'],
            properties: { driver },
          },
          invocations: { type: 'array', items: invocation },
          results,
          properties: { type: 'object' },
        },
      },
    },
  },
});

describe('SARIF', () => {
  it.each([
    ['everything', richDiagnosis()],
    ['nothing', diagnosisOf()],
    [
      'a cluster without objects',
      diagnosisOf({ findings: [findingOf({ affected: [] })], checks: [] }),
    ],
    ['a dump', diagnosisOf({ source: { kind: 'dump', name: 'd' }, verdict: 'unknown' })],
  ])('of %s is as the standard says', (_name, diagnosis) => {
    validate(JSON.parse(renderSarif(diagnosis)));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('refers to rules by their place, also for a finding that no check made', () => {
    const [run] = JSON.parse(
      renderSarif(
        diagnosisOf({ verdict: 'undetermined', findings: [findingOf({ id: 'undetermined' })] }),
      ),
    ).runs;
    expect(run.results).toHaveLength(1);
    for (const { ruleId, ruleIndex } of run.results) {
      expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
    }
  });

  it('has levels, objects, and what could not be told', () => {
    const [run] = JSON.parse(renderSarif(richDiagnosis())).runs;
    expect(run.results.map(({ level }: { level: string }) => level)).toEqual([
      'error',
      'error',
      'warning',
      'note',
    ]);
    expect(run.results[0].locations[0].logicalLocations[0].fullyQualifiedName).toBe(
      'Node rack2-n07',
    );
    expect(run.results[1].relatedLocations).toHaveLength(6);
    expect(run.invocations[0]).toMatchObject({
      executionSuccessful: true,
      toolExecutionNotifications: [
        { level: 'error', associatedRule: { id: 'ipam-exhausted' } },
        { level: 'note', associatedRule: { id: 'crds-missing' } },
      ],
    });
  });

  it('never calls a run successful that could not tell', () => {
    const diagnosis = diagnosisOf({
      verdict: 'unknown',
      checks: [checkOf({ result: 'unknown', reason: 'pods: no right to list pods', failed: true })],
    });
    expect(JSON.parse(renderSarif(diagnosis)).runs[0].invocations[0].executionSuccessful).toBe(
      false,
    );
  });
});
