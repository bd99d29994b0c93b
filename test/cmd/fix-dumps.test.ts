import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../internal/checks/run.ts';
import { readDump } from '../../internal/cluster/dump.ts';
import type { Diagnosis } from '../../internal/model/diagnosis.ts';
import type { Snapshot } from '../../internal/model/snapshot.ts';
import { columns } from '../../internal/report/layout.ts';
import { runScene, type Ran } from '../support/cli.ts';
import { parseObject } from '../support/json.ts';
import { schemaErrors } from '../support/plan-schema.ts';
import { allScenarios } from '../support/scenarios.ts';
import { steering } from '../support/steering.ts';

const dumps = path.join(import.meta.dirname, '../dumps');
const all = await allScenarios();

function runner(snapshot: Snapshot, diagnosis: Diagnosis) {
  return (...args: readonly string[]): Promise<Ran> =>
    runScene(['fix', '--from', 'dump', '--dry-run=client', ...args], {
      services: {
        readDump: () => Promise.resolve(snapshot),
        diagnose: () => Promise.resolve(diagnosis),
      },
      columns: 80,
    });
}

const ofList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What a plan that is only shown has to say by its exit code. */
function expectedCode(document: Readonly<Record<string, unknown>>, { verdict }: Diagnosis): number {
  const isToDo = ofList(document['manual']).length + ofList(document['durable']).length > 0;
  if (document['refusal'] !== null) return 2;
  if (ofList(document['steps']).length > 0) return 1;
  if (isToDo || verdict === 'undetermined' || verdict === 'unknown') return 2;
  return verdict === 'findings' ? 2 : 0;
}

// Commands are copied, so they are never broken; names and addresses that are longer than a line are not either.
const isProse = (line: string): boolean => !/kubectl |sudo |[{]|^ {4}\S/.test(line);

interface Seen {
  readonly run: (...args: readonly string[]) => Promise<Ran>;
  readonly diagnosis: Diagnosis;
}

async function seen(name: string): Promise<Seen> {
  const snapshot = await readDump(path.join(dumps, name));
  const diagnosis = diagnose(snapshot, { toolVersion: 'test' });
  return { run: runner(snapshot, diagnosis), diagnosis };
}

describe.each(all)('fix for the dump $name', ({ name }) => {
  it('shows a plan, or says why there is none, with the right exit code in each form', async () => {
    const { run, diagnosis } = await seen(name);
    const { stdout } = await run('-o', 'json');
    const document = parseObject(stdout);
    expect(schemaErrors(document)).toEqual([]);
    const code = expectedCode(document, diagnosis);
    for (const form of ['json', 'yaml', 'text', 'wide']) {
      const ran = await run('-o', form);
      expect({ form, code: ran.code }).toEqual({ form, code });
      expect(ran.stdout + ran.stderr).not.toMatch(steering);
    }
    const text = (await run()).stdout.split('\n');
    expect(text.filter((line) => isProse(line) && columns(line) > 80)).toEqual([]);
  });

  it('has a plan for each finding that is named', async () => {
    const { run, diagnosis } = await seen(name);
    for (const id of new Set(diagnosis.findings.map((finding) => finding.id))) {
      const { code, stdout, stderr } = await run(id, '-o', 'json');
      expect(stderr).not.toMatch(/bug|error: there is no/);
      expect([1, 2]).toContain(code);
      const documents = stdout === '' ? [] : [parseObject(stdout)];
      expect(documents.flatMap(schemaErrors)).toEqual([]);
      // Without a document an error says why.
      expect(stdout + stderr).not.toBe('');
    }
  });
});
