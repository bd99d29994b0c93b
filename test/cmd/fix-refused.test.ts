import { describe, expect, it } from 'vitest';
import type { ApplyResult } from '../../internal/model/apply.ts';
import type { Installation } from '../../internal/model/kubernetes.ts';
import type { Scene } from '../support/cli.ts';
import { diagnosisOf, findingOf, remedyOf } from '../support/diagnosis.ts';
import { fixScene } from '../support/fix-scene.ts';
import { installationRef, wrongAddress } from '../support/fix-samples.ts';
import { parseObject } from '../support/json.ts';
import { memoryCluster } from '../support/memory-cluster.ts';
import { outcomeOf, recordOf } from '../support/plan.ts';
import { schemaErrors } from '../support/plan-schema.ts';

const somebody = (...answers: readonly string[]): Scene => ({ isTerminal: true, answers });
const readOnly = [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }];

describe('rights that are missing', () => {
  it.each([['--dry-run=server'], ['--yes']])(
    '%s: the role that would do, and how to bind it',
    async (flag) => {
      const cluster = await wrongAddress({ install: 'operator' });
      cluster.allow(readOnly);
      const { code, stderr } = await fixScene(cluster).run(['fix', flag]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^kind: ClusterRole$/m);
      expect(stderr).toContain('installations');
      expect(stderr).toMatch(
        /kubectl create clusterrolebinding (\S+) --clusterrole=\1 --user=USER/,
      );
      expect(cluster.writes()).toEqual([]);
    },
  );

  it('are in the data as well', async () => {
    const cluster = await wrongAddress({ install: 'operator' });
    cluster.allow(readOnly);
    const { stdout } = await fixScene(cluster).run(['fix', '--dry-run=server', '-o', 'json']);
    const document = parseObject(stdout);
    expect(schemaErrors(document)).toEqual([]);
    expect(document).toMatchObject({ missingRole: expect.stringContaining('ClusterRole') });
  });
});

describe('the exit code of what was carried out', () => {
  const table: readonly (readonly [ApplyResult, number])[] = [
    ['verified', 0],
    ['nothing-to-do', 0],
    ['not-verified', 1],
    ['rolled-back', 1],
    ['roll-back-failed', 1],
    ['refused', 2],
    ['interrupted', 130],
  ];
  it.each(table)('%s: %d', async (result, code) => {
    const cluster = await wrongAddress({ install: 'operator' });
    const { run } = fixScene(cluster, { applyPlan: () => Promise.resolve(outcomeOf({ result })) });
    for (const form of ['text', 'json', 'yaml']) {
      const ran = await run(['fix', '--yes', '-o', form]);
      expect({ form, code: ran.code }).toEqual({ form, code });
      expect(ran.stderr).not.toContain('Nothing was changed');
      const documents = form === 'json' ? [parseObject(ran.stdout)] : [];
      expect(documents.flatMap(schemaErrors)).toEqual([]);
      expect(documents.map(({ kind }) => kind)).toEqual(documents.map(() => 'FixResult'));
    }
  });
});

describe('Ctrl-C', () => {
  it('at the question: nothing was changed', async () => {
    const controller = new AbortController();
    const cluster = await wrongAddress({ install: 'operator' });
    const { code, stderr } = await fixScene(cluster).run(['fix'], {
      ...somebody(),
      signal: controller.signal,
      ask: () => {
        controller.abort(new Error('interrupted'));
        return Promise.resolve(null);
      },
    });
    expect({ code, writes: cluster.writes() }).toEqual({ code: 130, writes: [] });
    expect(stderr).toMatch(/Nothing was changed\.\n$/);
  });

  it('while it is carried out: says what stands, and how to take it back', async () => {
    const controller = new AbortController();
    const cluster = await wrongAddress({ install: 'operator' });
    cluster.before({ kind: 'Installation', isDryRun: false, verb: 'patch' }, () => {
      controller.abort(new Error('interrupted'));
    });
    const { run, journal } = fixScene(cluster);
    const { code, stdout, stderr } = await run(['fix', '--yes'], { signal: controller.signal });
    expect({ code, writes: cluster.writes().length }).toEqual({ code: 130, writes: 1 });
    const [record] = journal.list().records;
    expect(stdout).toContain(`calico-fix undo ${record?.id ?? '-'}`);
    expect(stdout + stderr).not.toContain('Nothing was changed');
  });
});

describe('what somebody changes while the question stands', () => {
  it.each([
    ['to another method', { canReach: '10.8.0.1' }, 2, 0],
    ['the value that is replaced', { firstFound: false }, 2, 0],
    ['the field, as it is wanted', { kubernetes: 'NodeInternalIP' }, 0, 0],
    ['another field', null, 0, 1],
  ] as const)('%s', async (_name, method, code, writes) => {
    const cluster = await wrongAddress({ install: 'operator' });
    const ran = await fixScene(cluster).run(['fix'], {
      ...somebody(),
      ask: () => {
        cluster.edit<Installation>(installationRef(), (draft) => {
          const network = draft.spec?.calicoNetwork;
          if (network && method) network.nodeAddressAutodetectionV4 = method;
          else draft.metadata.labels = { team: 'night' };
        });
        return Promise.resolve('yes');
      },
    });
    expect({ code: ran.code, writes: cluster.writes().length }).toEqual({ code, writes });
  });
});

describe('a drain', () => {
  const drain = remedyOf({
    id: 'drain-node',
    risk: 'interrupts-traffic',
    changes: [],
    drains: ['n3'],
    manual: [],
  });
  const diagnosis = diagnosisOf({
    verdict: 'findings',
    source: { kind: 'live', name: 'test' },
    findings: [
      findingOf({ id: 'overloaded', affected: [{ kind: 'Node', name: 'n3' }], remedies: [drain] }),
    ],
  });
  const scene = async () => {
    const cluster = await wrongAddress({ install: 'operator' });
    const own = fixScene(cluster, { applyPlan: () => Promise.resolve(outcomeOf()) });
    const services = { diagnose: () => Promise.resolve(diagnosis) };
    const run = (args: readonly string[], parts: Scene = {}) =>
      own.run(args, { ...parts, services });
    return { cluster, run };
  };
  const args = ['fix', 'overloaded', '--ignore-daemonsets', '--delete-emptydir-data', '--force'];

  it('is shown with its pods, and is only begun when the name of the node is typed', async () => {
    const { run } = await scene();
    const asked = await run(args, somebody('n3'));
    expect({ code: asked.code, err: asked.stderr }).toMatchObject({ code: 0 });
    expect(asked.stdout).toMatch(/Node\/n3/);
    expect(asked.stderr).toMatch(/node n3 in context test/);
    for (const answer of ['yes', 'n2', ''])
      expect((await run(args, somebody(answer))).code).toBe(2);
  });

  it('is not done without being named', async () => {
    const { run, cluster } = await scene();
    const { code, stderr } = await run(['fix', '--yes']);
    expect({ code, writes: cluster.writes() }).toEqual({ code: 2, writes: [] });
    expect(stderr).toContain('kubectl calico-fix fix overloaded --remedy drain-node');
  });

  it('is refused where kubectl drain would refuse it', async () => {
    const { run } = await scene();
    const { code, stdout } = await run(['fix', 'overloaded', '--dry-run=client']);
    expect(code).toBe(2);
    expect(stdout).toContain('--ignore-daemonsets');
  });
});

describe('undo', () => {
  it('of what somebody changed since: three values, and nothing sent', async () => {
    const cluster = await wrongAddress({ install: 'operator' });
    const { run } = fixScene(cluster);
    expect((await run(['fix', '--yes'])).code).toBe(0);
    cluster.edit<Installation>(installationRef(), (draft) => {
      const network = draft.spec?.calicoNetwork;
      if (network) network.nodeAddressAutodetectionV4 = { cidrs: ['10.8.0.0/24'] };
    });
    const sent = cluster.writes().length;
    const { code, stdout } = await run(['undo', '--yes']);
    expect({ code, sent: cluster.writes().length }).toEqual({ code: 2, sent });
    expect(stdout).toContain('nodeAddressAutodetectionV4');
    const data = parseObject((await run(['undo', '--yes', '-o', 'json'])).stdout);
    expect(schemaErrors(data)).toEqual([]);
    expect(data).toMatchObject({ kind: 'UndoResult', result: 'refused', plan: null });
  });

  it.each([['--dry-run=client'], ['--dry-run=server']])('%s sends nothing', async (flag) => {
    const cluster = await wrongAddress({ install: 'manifest' });
    const { run } = fixScene(cluster);
    await run(['fix', '--yes']);
    const sent = cluster.writes().length;
    const { code, stdout } = await run(['undo', flag, '-o', 'json']);
    expect({ code, sent: cluster.writes().length }).toEqual({ code: 1, sent });
    expect(schemaErrors(parseObject(stdout))).toEqual([]);
  });

  it.each([
    ['there is none', [], [], /no recorded change/],
    ['a name that is none', [{ id: 'a-1' }], ['a-2'], /"a-2"[^]*a-1/],
    ['one of another cluster', [{ id: 'a-1', uid: 'else' }], ['a-1'], /another cluster/],
    ['only of another cluster', [{ id: 'a-1', uid: 'else' }], [], /no recorded change/],
    ['one that is undone', [{ id: 'a-1', state: 'undone' }], ['a-1'], /already/],
    ['all undone', [{ id: 'a-1', state: 'undone' }], [], /no recorded change/],
  ] as const)('%s', async (_name, records, args, wanted) => {
    const cluster = memoryCluster();
    const { run, journal } = fixScene(cluster);
    const own = String(cluster.stored({ kind: 'Namespace', name: 'kube-system' }).metadata.uid);
    const { cluster: place } = recordOf();
    for (const { uid, ...parts } of records.map((one) => ({ uid: own, ...one })))
      journal.write(recordOf({ ...parts, cluster: { ...place, uid } }));
    const { code, stderr } = await run(['undo', ...args, '--yes']);
    expect(code).toBe(2);
    expect(stderr).toMatch(wanted);
    expect(cluster.writes()).toEqual([]);
  });
});

describe('history', () => {
  it('with --all asks no cluster', async () => {
    const { run, journal } = fixScene(memoryCluster());
    journal.write(recordOf());
    const services = { openCluster: () => Promise.reject(new Error('not to be asked')) };
    const { code, stdout } = await run(['history', '--all'], { services });
    expect(code).toBe(0);
    expect(stdout).toContain('20260402-031145-k3f');
    expect(stdout).toContain('plant-7');
  });

  it('without --all has those of this cluster alone', async () => {
    const { run, journal } = fixScene(memoryCluster());
    journal.write(recordOf());
    const { code, stdout } = await run(['history']);
    expect(code).toBe(0);
    expect(stdout).not.toContain('20260402-031145-k3f');
  });
});

describe('progress', () => {
  it('is one live line on a terminal, and lines elsewhere', async () => {
    const seen = await fixScene(await wrongAddress({ install: 'operator' })).run(['fix', '--yes'], {
      isTerminal: true,
      columns: 100,
    });
    expect(seen.stderr).toContain('\r\x1b[K');
    const frames = seen.stderr.split('\r\x1b[K').flatMap((frame) => frame.split('\n'));
    expect(frames.filter((frame) => frame.length > 99)).toEqual([]);
    const plain = await fixScene(await wrongAddress({ install: 'operator' })).run(['fix', '--yes']);
    expect(plain.stderr).not.toContain('\r');
    expect(plain.stderr).not.toContain('\x1b');
    const lines = plain.stderr.trimEnd().split('\n');
    expect(lines.some((line, index) => line === lines[index - 1])).toBe(false);
  });
});
