import { describe, expect, it } from 'vitest';
import type { DaemonSet } from '../../internal/model/kubernetes.ts';
import type { Scene } from '../support/cli.ts';
import { fixScene } from '../support/fix-scene.ts';
import { daemonSetRef, installationRef, wrongAddress } from '../support/fix-samples.ts';
import { parseObject } from '../support/json.ts';
import { schemaErrors } from '../support/plan-schema.ts';

const somebody = (...answers: readonly string[]): Scene => ({ isTerminal: true, answers });

describe.each(['operator', 'manifest'] as const)('a wrong address, %s', (install) => {
  const ref = install === 'operator' ? installationRef() : daemonSetRef();

  it('is cured, verified, listed and taken back', async () => {
    const cluster = await wrongAddress({ install });
    const { run, journal } = fixScene(cluster);
    const before = cluster.stored(ref);
    expect((await run(['diagnose'])).code).toBe(1);

    const fixed = await run(['fix', '--yes']);
    expect({ code: fixed.code, err: fixed.stderr }).toMatchObject({ code: 0 });
    expect(fixed.stdout).toMatch(/^✓ /m);
    expect((await run(['diagnose'])).code).toBe(0);
    expect((await run(['fix', '--yes'])).code).toBe(0);
    const [record] = journal.list().records;
    expect(record?.state).toBe('verified');

    const listed = await run(['history', '-o', 'json']);
    const history = parseObject(listed.stdout);
    expect(schemaErrors(history)).toEqual([]);
    expect(history).toMatchObject({ newest: record?.id, records: [{ id: record?.id }] });

    const undone = await run(['undo', '--yes']);
    expect({ code: undone.code, err: undone.stderr }).toMatchObject({ code: 0 });
    expect(cluster.stored(ref)).toMatchObject({ spec: before['spec' as never] });
    expect((await run(['undo', '--yes'])).code).toBe(2);
  });
});

describe('a change that was made before and has not worked yet', () => {
  it('is nothing to change, and no success', async () => {
    const cluster = await wrongAddress({ install: 'manifest' });
    cluster.edit<DaemonSet>(daemonSetRef(), ({ spec }) => {
      Object.assign(spec ?? {}, { updateStrategy: { type: 'OnDelete' } });
    });
    const { run, journal } = fixScene(cluster);
    expect((await run(['fix', '--yes', '--timeout=0'])).code).toBe(1);
    const again = await run(['fix', '--yes']);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('wrong-ip-autodetected');
    expect(journal.list().records).toHaveLength(1);
    expect((await run(['fix', '--dry-run=server'])).code).toBe(0);
  });
});

describe('nothing is sent', () => {
  it.each([
    ['with --dry-run', ['fix', '--dry-run'], {}, 1],
    ['with --dry-run=client', ['fix', '--dry-run=client', '--yes'], {}, 1],
    ['with --dry-run=server', ['fix', '--dry-run=server', '--yes'], {}, 1],
    ['without a terminal', ['fix'], {}, 2],
    ['where standard error is no terminal', ['fix'], { answers: ['yes'] }, 2],
    ['without a clear yes', ['fix'], somebody('yeah'), 2],
    ['without an answer', ['fix'], somebody(''), 2],
    ['at the end of the input', ['fix'], somebody(), 2],
  ] as const)('%s', async (_name, args, scene, code) => {
    const cluster = await wrongAddress({ install: 'operator' });
    const { run, journal } = fixScene(cluster);
    for (const form of ['text', 'json']) {
      const ran = await run([...args, '-o', form], scene);
      expect({ form, code: ran.code, err: ran.stderr }).toMatchObject({ form, code });
      const documents = form === 'json' ? [parseObject(ran.stdout)] : [];
      expect(documents.flatMap(schemaErrors)).toEqual([]);
    }
    expect(cluster.writes()).toEqual([]);
    expect(journal.list().records).toEqual([]);
  });
});

describe('the question', () => {
  it('names object, context and server, and a yes is enough', async () => {
    const cluster = await wrongAddress({ install: 'operator', context: 'plant-7' });
    const { code, stderr } = await fixScene(cluster).run(['fix'], somebody('YES '));
    expect(code).toBe(0);
    expect(stderr).toMatch(/Installation\/default.* plant-7 .*https:\/\/test\.example:6443/);
  });

  it('is asked with the plan in sight, also where standard output is data', async () => {
    const cluster = await wrongAddress({ install: 'operator' });
    const { code, stdout, stderr } = await fixScene(cluster).run(
      ['fix', '-o', 'json'],
      somebody('y'),
    );
    expect(code).toBe(0);
    expect(stderr).toContain('kubernetes: NodeInternalIP');
    const document = parseObject(stdout);
    expect(schemaErrors(document)).toEqual([]);
    expect(document).toMatchObject({ kind: 'FixResult', result: 'verified' });
  });
});
