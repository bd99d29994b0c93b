import { describe, expect, test } from 'vitest';
import { readDrainFacts } from '../../internal/apply/drain-facts.ts';
import type { DaemonSet, Deployment, Node } from '../../internal/model/kubernetes.ts';
import type { DrainOptions, Plan } from '../../internal/model/plan.ts';
import { drainOptionsOf } from '../../internal/plan/drain-options.ts';
import { drainStep } from '../../internal/plan/drain-step.ts';
import {
  apply,
  fixRun,
  memoryJournal,
  itemOf,
  planNow,
  planWith,
  undo,
} from '../support/fix-run.ts';
import {
  daemonSetIn,
  daemonSetRef,
  methodOf,
  podUids,
  wellNodes,
  wrongAddress,
} from '../support/fix-samples.ts';
import { refusal } from '../support/memory-answers.ts';
import type { MemoryCluster } from '../support/memory-cluster.ts';
import { simulatedCluster, type SimulatedCluster } from '../support/simulated-cluster.ts';

const nodeIn = (cluster: MemoryCluster, name: string): Node => {
  const node: Node = cluster.stored({ kind: 'Node', name });
  return node;
};

describe('a drain', () => {
  async function drained(
    cluster: SimulatedCluster,
    names: readonly string[],
    flags: Partial<DrainOptions> = {},
    parts: Partial<Plan> = {},
    run = fixRun(cluster),
  ) {
    const facts = await readDrainFacts(cluster, names, cluster.clock);
    const options = drainOptionsOf({
      ignoreDaemonSets: true,
      deleteEmptyDirData: true,
      // The sample has pods of a DaemonSet that it does not have.
      force: true,
      ...flags,
    });
    const plan = {
      ...(await planWith(cluster, [itemOf([])])),
      refusal: null,
      ...parts,
      steps: names.map((name) => drainStep(name, facts, options)),
    };
    return { run, outcome: await apply(run, plan) };
  }

  test('gives the node back when it is well, and the record shows it', async () => {
    const cluster = await simulatedCluster({ install: 'manifest', nodes: wellNodes });
    const { run, outcome } = await drained(cluster, ['n2']);
    expect(outcome.result).toBe('verified');
    expect(nodeIn(cluster, 'n2').spec?.unschedulable).toBeUndefined();
    const [record] = run.journal.list().records;
    expect(record?.steps[0]).toMatchObject({ change: { ref: { kind: 'Node' } }, state: 'undone' });
    for (const step of record?.steps.slice(1) ?? [])
      expect(step).toMatchObject({ isUndoable: false, state: 'sent', before: null });
  });

  test('leaves the node cordoned where a person has to go on, and undo gives it back', async () => {
    const cluster = await wrongAddress({ install: 'manifest' });
    const finding = {
      id: 'wrong-ip-autodetected',
      title: 'x',
      affected: [{ kind: 'Node', name: 'n2' }],
    };
    const items = (await planWith(cluster, [itemOf([], { finding })])).items;
    const manual = ['sudo systemctl restart containerd'];
    const { run, outcome } = await drained(cluster, ['n2'], {}, { items, manual });
    expect(outcome.result).toBe('not-verified');
    expect(outcome.hints).toEqual(
      expect.arrayContaining([
        'kubectl uncordon n2',
        ...manual,
        `kubectl calico-fix undo ${outcome.recordId ?? ''}`,
      ]),
    );
    expect(nodeIn(cluster, 'n2').spec?.unschedulable).toBe(true);
    expect(run.events).toContainEqual({ kind: 'node', node: 'n2', state: 'left-cordoned' });
    expect((await undo(run)).result).toBe('verified');
    expect(nodeIn(cluster, 'n2').spec?.unschedulable).toBeUndefined();
  });

  test('is waited for where a person might have to go on, and the node given back', async () => {
    const cluster = await wrongAddress({ install: 'manifest' });
    const affected = [{ kind: 'Node', name: 'n2' }];
    const finding = { id: 'wrong-ip-autodetected', title: 'x', affected };
    const { items } = await planWith(cluster, [itemOf([], { finding })]);
    let looks = 0;
    const healing = {
      ...cluster,
      gather: () => {
        looks += 1;
        // What it takes to get well begins when the first look has been too early.
        if (looks === 3)
          cluster.edit<DaemonSet>(daemonSetRef(), (draft) => {
            const env = draft.spec?.template?.spec?.containers?.[0]?.env;
            env?.push({ name: 'IP_AUTODETECTION_METHOD', value: 'interface=ens3' });
          });
        return cluster.gather();
      },
    };
    const manual = ['sudo systemctl reboot'];
    const { run, outcome } = await drained(healing, ['n2'], {}, { items, manual });
    expect(outcome.result).toBe('verified');
    expect(outcome.hints.join()).not.toContain('reboot');
    expect(nodeIn(cluster, 'n2').spec?.unschedulable).toBeUndefined();
    expect(run.journal.list().records[0]).toMatchObject({ state: 'verified' });
  });

  test('can be taken back where the tool was killed when the cordon was sent', async () => {
    const cluster = await simulatedCluster({ install: 'manifest', nodes: wellNodes });
    let isDown = true;
    const journal = memoryJournal((count) => {
      if (isDown && count === 3) throw new Error('down');
    });
    const run = fixRun(cluster, { journal });
    await expect(drained(cluster, ['n2'], {}, {}, run)).rejects.toThrow('down');
    isDown = false;
    expect(nodeIn(cluster, 'n2').spec?.unschedulable).toBe(true);
    expect((await undo(run)).result).toBe('verified');
    expect(nodeIn(cluster, 'n2').spec?.unschedulable).toBeUndefined();
  });

  test('keeps every line of what a person has to do, and names each object once', async () => {
    const cluster = await wrongAddress({ install: 'manifest' });
    const n2 = { kind: 'Node', name: 'n2' };
    const finding = { id: 'wrong-ip-autodetected', title: 'x', affected: [n2, n2] };
    const items = (await planWith(cluster, [itemOf([], { finding })])).items;
    const manual = ['# on n2', 'sudo reboot', 'kubectl uncordon n2', '# on n3', 'sudo reboot'];
    const { outcome } = await drained(cluster, ['n2'], {}, { items, manual });
    expect(outcome.hints).toEqual([...manual, `kubectl calico-fix undo ${outcome.recordId}`]);
    expect(outcome.messages.join().match(/Node n2/g)?.length).toBe(2);
  });

  test('stops at the first node that cannot be emptied', async () => {
    const cluster = await simulatedCluster({ install: 'manifest', nodes: wellNodes });
    cluster.before({ verb: 'patch', kind: 'Node', isDryRun: false }, () =>
      refusal(403, 'a webhook says no'),
    );
    const { outcome } = await drained(cluster, ['n2', 'n3']);
    expect(outcome).toMatchObject({ result: 'refused', recordId: null });
    expect(cluster.writes()).toHaveLength(1);
  });

  test('is not begun where something forbids it', async () => {
    const cluster = await simulatedCluster({ install: 'manifest', nodes: wellNodes });
    const { outcome } = await drained(cluster, ['n2'], { ignoreDaemonSets: false });
    expect(outcome).toMatchObject({ result: 'refused', recordId: null });
    expect(outcome.messages.join()).toContain('DaemonSet');
    expect(cluster.writes()).toEqual([]);
  });
});

test('with OnDelete only the pods of the plan are replaced, and the others are told of', async () => {
  const cluster = await simulatedCluster({
    install: 'manifest',
    nodes: wellNodes,
    change: ({ lists }) => {
      const [daemonSet] = lists.daemonSets ?? [];
      if (daemonSet?.spec) daemonSet.spec.updateStrategy = { type: 'OnDelete' };
    },
  });
  const run = fixRun(cluster);
  const before = podUids(cluster);
  const name = cluster.calicoPod('n2')?.metadata.name ?? '';
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'kube-system', name };
  const changes = [methodOf('interface=ens3'), { ref, verb: 'delete', body: null } as const];
  const outcome = await apply(run, await planWith(cluster, [itemOf(changes)]));
  expect(outcome.result).toBe('verified');
  expect(outcome.messages.join()).toContain('OnDelete');
  const after = podUids(cluster);
  expect(Object.keys(after).filter((node) => after[node] !== before[node])).toEqual(['n2']);
});

test('a node whose kubelet is away holds the rollout up, and is named', async () => {
  const cluster = await simulatedCluster({ install: 'manifest', nodes: wellNodes });
  cluster.edit<Node>({ kind: 'Node', name: 'n4' }, (draft) => {
    const ready = draft.status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready) ready.status = 'Unknown';
  });
  const pod = cluster.calicoPod('n4');
  if (pod)
    cluster.edit({ kind: 'Pod', namespace: 'kube-system', name: pod.metadata.name }, (draft) => {
      Object.assign(draft, { status: { ...pod.status, conditions: [] } });
    });
  const run = fixRun(cluster);
  const outcome = await apply(run, await planWith(cluster, [itemOf([methodOf('interface=ens3')])]));
  expect(outcome.result).toBe('not-verified');
  expect(outcome.messages.join()).toContain('kubelet of n4');
});

test('a cure that helps one of two nodes stays, and the other is named', async () => {
  const nodes = wellNodes.map((node) => {
    if (node.name === 'n2') return { ...node, startSeconds: 90 };
    return node.name === 'n3' ? { ...node, startSeconds: 900 } : node;
  });
  const cluster = await simulatedCluster({ install: 'manifest', nodes });
  const run = fixRun(cluster);
  const plan = await planNow(run);
  const outcome = await apply(run, plan);
  expect(outcome.result).toBe('not-verified');
  expect(outcome.messages.join()).toContain('n3');
  expect(outcome.messages.join()).not.toContain('n2 ');
  expect(run.journal.list().records[0]).toMatchObject({ state: 'not-verified' });
  expect(cluster.calicoPod('n2')?.status?.containerStatuses?.[0]?.ready).toBe(true);
  expect((await undo(run)).result).toBe('verified');
});

test('a Deployment is followed until its pods are there', async () => {
  const ref = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'kube-system',
    name: 'extra',
  };
  const labels = { app: 'extra' };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'kube-system', name: 'extra', generation: 1 },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image: 'registry.test/main:1' }] },
      },
    },
  };
  const cluster = await simulatedCluster({
    install: 'manifest',
    nodes: wellNodes,
    objects: [deployment],
  });
  // The simulated controller does not count what is of the newest template.
  cluster.store.onChange(({ after }) => {
    if (after?.kind !== 'Deployment' || after.metadata.name !== 'extra') return;
    const status: Record<string, unknown> = { ...(after as Deployment).status };
    if (status['updatedReplicas'] === status['replicas']) return;
    const counted = { ...status, updatedReplicas: status['replicas'] };
    cluster.edit(ref, (draft) => void Object.assign(draft, { status: counted }));
  });
  const run = fixRun(cluster);
  const change = {
    ref,
    verb: 'patch',
    patchType: 'merge',
    body: { spec: { replicas: 3 } },
  } as const;
  const outcome = await apply(run, await planWith(cluster, [itemOf([change])]));
  expect(outcome.result).toBe('verified');
  const now: Deployment = cluster.stored(ref);
  expect(now.status?.readyReplicas).toBe(3);
  expect(run.events).toContainEqual(
    expect.objectContaining({ kind: 'rollout', ref: expect.objectContaining({ name: 'extra' }) }),
  );
});

test('FelixConfiguration with the operator is watched for what the operator makes of it', async () => {
  const ref = {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'FelixConfiguration',
    name: 'default',
  };
  const cluster = await simulatedCluster({
    install: 'operator',
    nodes: wellNodes,
    objects: [{ ...ref, metadata: { name: 'default' } }],
  });
  const run = fixRun(cluster);
  const body = { spec: { healthPort: 9199 } };
  const change = { ref, verb: 'patch', patchType: 'merge', body } as const;
  cluster.before({ verb: 'patch', isDryRun: false }, () => {
    cluster.clock.schedule(3000, () => {
      cluster.edit<DaemonSet>(daemonSetRef('calico-system'), (draft) => {
        const { template } = draft.spec ?? {};
        if (template) template.metadata = { ...template.metadata, annotations: { felix: '1' } };
      });
    });
  });
  const before = podUids(cluster);
  const outcome = await apply(run, await planWith(cluster, [itemOf([change])]));
  expect(outcome.result).toBe('verified');
  expect(podUids(cluster)).not.toEqual(before);
  expect(daemonSetIn(cluster, 'calico-system').status?.updatedNumberScheduled).toBe(4);
});
