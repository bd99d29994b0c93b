import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../internal/checks/run.ts';
import { readDump } from '../internal/cluster/dump.ts';
import type { Diagnosis } from '../internal/model/diagnosis.ts';
import type { Expectation } from './support/sample.ts';
import { allScenarios } from './support/scenarios.ts';
import { filesOf } from './support/sample-files.ts';

const dumps = path.join(import.meta.dirname, 'dumps');
const all = await allScenarios();

function summaryOf(diagnosis: Diagnosis): Omit<Expectation, 'never'> {
  const first = diagnosis.findings.find(({ severity }) => severity === 'error');
  return {
    verdict: diagnosis.verdict,
    first: first?.id ?? null,
    nodes: (first?.affected ?? [])
      .flatMap(({ kind, name }) => (kind === 'Node' ? [name] : []))
      .toSorted(),
    renderer: diagnosis.install.renderer,
    owner: diagnosis.install.owner,
  };
}

describe.each(all)('$name', (scenario) => {
  it('is what its scenario writes', async () => {
    for (const [file, text] of filesOf(scenario)) {
      expect(await readFile(path.join(dumps, scenario.name, file), 'utf8'), file).toBe(text);
    }
  });

  it('is diagnosed as expected', async () => {
    const snapshot = await readDump(path.join(dumps, scenario.name));
    const diagnosis = diagnose(snapshot, { toolVersion: 'test' });
    const { never, nodes, ...wanted } = scenario.expect;
    const found = summaryOf(diagnosis);
    expect(found).toMatchObject(nodes ? { ...wanted, nodes: nodes.toSorted() } : wanted);
    const ids = diagnosis.findings.map(({ id }) => id);
    for (const id of never ?? []) expect(ids).not.toContain(id);
    expect(diagnosis.checks.filter(({ reason }) => reason.startsWith('internal error'))).toEqual(
      [],
    );
  });
});

it('has no folder without a scenario', async () => {
  const folders = await readdir(dumps);
  expect(folders.toSorted()).toEqual(all.map(({ name }) => name).toSorted());
});
