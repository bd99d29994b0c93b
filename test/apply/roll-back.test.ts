import { describe, expect, test } from 'vitest';
import type { DaemonSet, Installation } from '../../internal/model/kubernetes.ts';
import { apply, errorsIn, essence, fixRun, itemOf, planNow, planWith } from '../support/fix-run.ts';
import {
  autodetection,
  bridge,
  daemonSetRef,
  forecasts,
  installationRef,
  methodIn,
  methodOf,
  podUids,
  scaleOperatorDown,
  wellNodes,
  wrongAddress,
} from '../support/fix-samples.ts';
import { forbidden, refusal, silence } from '../support/memory-answers.ts';
import { simulatedCluster, type SimulatedCluster } from '../support/simulated-cluster.ts';

const tigeraStatusRef = {
  apiVersion: 'operator.tigera.io/v1',
  kind: 'TigeraStatus',
  name: 'calico',
} as const;

const changed = (
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly string[] => Object.keys(after).filter((node) => before[node] !== after[node]);

describe.each([
  {
    install: 'manifest' as const,
    ref: daemonSetRef(),
    wrong: methodOf('interface=nope.*'),
  },
  {
    install: 'operator' as const,
    ref: installationRef(),
    wrong: autodetection({ interface: 'nope.*' }),
  },
])('a method that finds nothing, with $install', ({ install, ref, wrong }) => {
  test('is taken back after the first nodes', async () => {
    const cluster = await simulatedCluster({ install, nodes: wellNodes });
    const run = fixRun(cluster);
    const [before, object] = [podUids(cluster), essence(cluster.stored(ref))];
    const outcome = await apply(run, await planWith(cluster, [itemOf([wrong])]));
    expect(outcome.result).toBe('rolled-back');
    expect(outcome.messages[0]).toContain('nope.*');
    expect(changed(before, podUids(cluster)).length).toBeLessThanOrEqual(2);
    expect(essence(cluster.stored(ref))).toEqual(object);
    expect(run.journal.list().records[0]).toMatchObject({
      state: 'rolled-back',
      steps: [{ state: 'undone' }],
    });
    expect(await errorsIn(cluster)).toEqual([]);
  });
});

test('a node that was well and gets another address than foreseen leads back', async () => {
  const cluster = await simulatedCluster({
    install: 'manifest',
    nodes: wellNodes.map((node) => ({ ...node, more: [bridge] })),
    change: ({ lists }) => {
      const [daemonSet] = lists.daemonSets ?? [];
      daemonSet?.spec?.template?.spec?.containers?.[0]?.env?.push({
        name: 'IP_AUTODETECTION_METHOD',
        value: 'interface=ens3',
      });
    },
  });
  const run = fixRun(cluster);
  const addresses = forecasts({ n1: { now: '10.8.0.1', then: '10.8.0.1' } });
  const plan = await planWith(cluster, [itemOf([methodOf('interface=lab0')], { addresses })]);
  const outcome = await apply(run, plan);
  expect(outcome.result).toBe('rolled-back');
  expect(outcome.messages[0]).toContain('10.99.0.1');
});

test('a cure that does not help is taken back, and no other node is touched', async () => {
  const cluster = await wrongAddress({ install: 'manifest' });
  const run = fixRun(cluster);
  const before = podUids(cluster);
  // The unready pods are replaced at once; the others wait for them.
  const plan = await planNow(run);
  const [step] = plan.steps;
  if (step?.kind !== 'change') throw new Error('no step');
  const change = methodOf('interface=lab.*');
  const wrong = { ...plan, addresses: [], steps: [{ ...step, change, after: null }] };
  const outcome = await apply(run, wrong);
  expect(outcome.result).toBe('rolled-back');
  expect(changed(before, podUids(cluster))).not.toContain('n4');
  expect(await errorsIn(cluster)).toEqual(['wrong-ip-autodetected']);
});

test('two methods at once are taken back as soon as the operator refuses them', async () => {
  const cluster = await simulatedCluster({ install: 'operator', nodes: wellNodes });
  const run = fixRun(cluster);
  const [pods, before] = [podUids(cluster), essence(cluster.stored(installationRef()))];
  const change = autodetection({ kubernetes: 'NodeInternalIP' }, { isPartial: true });
  const outcome = await apply(run, await planWith(cluster, [itemOf([change])]));
  expect(outcome.result).toBe('rolled-back');
  expect(outcome.messages.join()).toContain('InvalidConfigurationError');
  expect(essence(cluster.stored(installationRef()))).toEqual(before);
  expect(podUids(cluster)).toEqual(pods);
});

describe('a change that the operator does not take up', () => {
  const change = autodetection({ interface: 'ens3' });

  test.each([
    {
      name: 'scaled down',
      prepare: scaleOperatorDown,
      blames: /0 replicas/,
    },
    {
      name: 'ignore annotation',
      prepare: (cluster: SimulatedCluster) => {
        cluster.edit<DaemonSet>(daemonSetRef('calico-system'), ({ metadata }) => {
          metadata.annotations = { 'unsupported.operator.tigera.io/ignore': 'true' };
        });
      },
      blames: /ignore/,
    },
    {
      name: 'overlay',
      prepare: (cluster: SimulatedCluster) => {
        cluster.put({
          apiVersion: 'operator.tigera.io/v1',
          kind: 'Installation',
          metadata: { name: 'overlay' },
          spec: { calicoNetwork: { nodeAddressAutodetectionV4: { firstFound: true } } },
        } as never);
      },
      blames: /overlay/,
    },
    {
      name: 'it does not look',
      prepare: (cluster: SimulatedCluster) => cluster.operator?.pause(true),
      blames: /not looked at the change: .* generation \d+ .* logs deployment\/tigera-operator/,
    },
    {
      name: 'nobody knows why',
      prepare: (cluster: SimulatedCluster) => {
        cluster.operator?.pause(true);
        cluster.remove(tigeraStatusRef);
        cluster.edit<Installation>(installationRef(), (draft) => {
          delete draft.status;
        });
      },
      blames: /leader|older/,
    },
  ])('is taken back and explained: $name', async ({ prepare, blames }) => {
    const cluster = await simulatedCluster({ install: 'operator', nodes: wellNodes });
    const run = fixRun(cluster);
    const plan = await planWith(cluster, [itemOf([change])]);
    const before = essence(cluster.stored(installationRef()));
    prepare(cluster);
    const begun = cluster.clock.elapsedSeconds();
    const outcome = await apply(run, plan);
    expect(outcome.result).toBe('rolled-back');
    expect(outcome.messages[0]).toMatch(blames);
    expect(essence(cluster.stored(installationRef()))).toEqual(before);
    expect(cluster.clock.elapsedSeconds() - begun).toBeGreaterThanOrEqual(180);
    expect(cluster.clock.elapsedSeconds() - begun).toBeLessThan(200);
  });

  test('is not sent where the operator is known to be off', async () => {
    const cluster = await simulatedCluster({ install: 'operator', nodes: wellNodes });
    const run = fixRun(cluster);
    scaleOperatorDown(cluster);
    const outcome = await apply(run, await planWith(cluster, [itemOf([change])]));
    expect(outcome).toMatchObject({ result: 'refused', recordId: null });
    expect(cluster.writes()).toEqual([]);
  });
});

test('an edit of the DaemonSet that the operator takes back is seen', async () => {
  const cluster = await simulatedCluster({ install: 'operator', nodes: wellNodes });
  const run = fixRun(cluster);
  const change = methodOf('interface=ens3', 'calico-system');
  const outcome = await apply(run, await planWith(cluster, [itemOf([change])]));
  expect(outcome.result).toBe('not-verified');
  expect(run.journal.list().records[0]).toMatchObject({ state: 'not-verified' });
});

describe('taking back', () => {
  const wrong = itemOf([methodOf('interface=nope.*')]);

  test('does not go over the head of somebody who changed the field meanwhile', async () => {
    const cluster = await simulatedCluster({ install: 'manifest', nodes: wellNodes });
    const run = fixRun(cluster);
    const plan = await planWith(cluster, [wrong]);
    let isEdited = false;
    // Right before the take-back reads the object: the last look was at a log.
    cluster.before({ verb: 'log' }, () => {
      if (isEdited) return;
      isEdited = true;
      cluster.edit<DaemonSet>(daemonSetRef(), (draft) => {
        const env = draft.spec?.template?.spec?.containers?.[0]?.env ?? [];
        const own = env.find(({ name }) => name === 'IP_AUTODETECTION_METHOD');
        if (own) own.value = 'interface=other.*';
      });
    });
    const outcome = await apply(run, plan);
    expect(outcome.result).toBe('roll-back-failed');
    expect(outcome.hints.join()).toContain('undo');
    expect(methodIn(cluster)).toBe('interface=other.*');
  });

  test.each([
    ['refused', () => refusal(500, 'a webhook fails')],
    ['forbidden', () => forbidden({ verb: 'patch', group: 'apps', resource: 'daemonsets' })],
    ['unanswered', () => silence(false)],
  ])('that is %s ends with the command to undo', async (_name, answer) => {
    const cluster = await simulatedCluster({ install: 'manifest', nodes: wellNodes });
    const run = fixRun(cluster);
    const plan = await planWith(cluster, [wrong]);
    let sent = 0;
    cluster.before({ verb: 'patch', isDryRun: false }, () => {
      sent += 1;
      return sent > 1 ? answer() : undefined;
    });
    const outcome = await apply(run, plan);
    expect(outcome.result).toBe('roll-back-failed');
    expect(outcome.hints).toContain(`kubectl calico-fix undo ${outcome.recordId ?? ''}`);
    expect(run.journal.list().records[0]?.steps[0]?.state).toBe('sent');
  });
});
