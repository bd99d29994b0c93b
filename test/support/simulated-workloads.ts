import type { Deployment, KubeObject, Node, Pod } from '../../internal/model/kubernetes.ts';
import { isGoing, isNodeReady, isReady } from './memory-pods.ts';
import { fitsSelector } from './memory-selectors.ts';
import { refOf } from './memory-store.ts';
import { podsOn, type World } from './simulated-world.ts';

const reactMs = 500;

const ownerOf = ({ metadata }: Pod) =>
  metadata.ownerReferences?.find(({ controller }) => controller) ?? null;

function tolerates(pod: Pod, node: Node): boolean {
  const tolerations = pod.spec?.tolerations ?? [];
  const isBorne = (taint: { readonly key?: string; readonly effect?: string }): boolean =>
    tolerations.some(
      ({ key, effect, operator }) =>
        (key === undefined ? operator === 'Exists' : key === taint.key) &&
        (effect === undefined || effect === taint.effect),
    );
  const taints = (node.spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule');
  return taints.every(isBorne);
}

/** The ready node with the fewest pods that takes a pod; null if none does. */
function placeFor(world: World, pod: Pod): string | null {
  const nodes: readonly Node[] = world.cluster.store.list('Node');
  const fitting = nodes
    .filter((node) => isNodeReady(node) && tolerates(pod, node))
    .map(({ metadata }) => ({ name: metadata.name, load: podsOn(world, metadata.name).length }));
  return fitting.toSorted((a, b) => a.load - b.load)[0]?.name ?? null;
}

function schedule(world: World): void {
  const { store, edit } = world.cluster;
  for (const pod of store.list('Pod') as readonly Pod[]) {
    if (pod.spec?.nodeName !== undefined || isGoing(pod)) continue;
    const name = placeFor(world, pod);
    if (name === null) continue;
    edit<Pod>(refOf(pod), (draft) => {
      draft.spec = { ...draft.spec, nodeName: name };
      draft.status = { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'True' }] };
    });
  }
}

/** A pod in the place of one that goes. That of a StatefulSet has the same name, so it has to wait for the end. */
function replace(world: World, pod: Pod, keepsName: boolean): void {
  const { name, namespace, labels, annotations, ownerReferences } = pod.metadata;
  const { nodeName, ...spec } = pod.spec ?? {};
  void nodeName;
  const prefix = ownerOf(pod)?.name ?? name;
  const fresh = keepsName ? name : `${prefix}-${world.newSuffix(prefix)}`;
  const metadata = { name: fresh, namespace, labels, annotations, ownerReferences };
  const status = { phase: 'Pending', conditions: [] };
  const whole = { apiVersion: 'v1', kind: 'Pod', metadata, spec, status };
  world.cluster.put(JSON.parse(JSON.stringify(whole)) as KubeObject);
  schedule(world);
}

const podsOfDeployment = ({ cluster }: World, { metadata, spec }: Deployment): readonly Pod[] =>
  (cluster.store.list('Pod', metadata.namespace) as readonly Pod[]).filter(
    (pod) => !isGoing(pod) && fitsSelector(pod.metadata.labels ?? {}, spec?.selector ?? {}),
  );

/** As many pods as a Deployment wants, and its status. One without a selector has no pods of its own. */
function settle(world: World, deployment: Deployment): void {
  const { cluster } = world;
  if (!deployment.spec?.selector) return;
  const pods = podsOfDeployment(world, deployment);
  const wanted = deployment.spec.replicas ?? 1;
  const [model] = pods;
  for (const pod of pods.slice(wanted)) cluster.deletePod(refOf(pod));
  const { name, namespace } = deployment.metadata;
  const { template } = deployment.spec;
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: `${name}-7c9d5`,
    controller: true,
  };
  const first = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: template?.metadata?.labels, ownerReferences: [owner] },
    spec: template?.spec,
  };
  for (let count = pods.length; count < wanted; count += 1) replace(world, model ?? first, false);
  const present = podsOfDeployment(world, deployment);
  const ready = present.filter(isReady).length;
  cluster.edit<Deployment>(refOf(deployment), (draft) => {
    const status = {
      ...draft.status,
      observedGeneration: deployment.metadata.generation ?? 1,
      replicas: present.length,
      updatedReplicas: present.length,
      readyReplicas: ready,
      availableReplicas: ready,
      unavailableReplicas: wanted - ready,
    };
    draft.status = status;
  });
}

const unschedulable = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

function setTaint(world: World, node: Node): void {
  const others = (node.spec?.taints ?? []).filter(({ key }) => key !== unschedulable.key);
  const isCordoned = node.spec?.unschedulable === true;
  world.cluster.edit<Node>(refOf(node), ({ spec }) => {
    if (!spec) return;
    const taints = isCordoned ? [...others, unschedulable] : others;
    if (taints.length > 0) spec.taints = taints;
    else delete spec.taints;
  });
}

/**
 * What keeps ordinary pods going: replacements for pods of ReplicaSets and StatefulSets that go, the scheduler, Deployments as far
 * as their number of pods, and the taint of cordoned nodes.
 */
export function runWorkloads(world: World): void {
  const { store, clock } = world.cluster;
  const soon = (run: () => void): void => void clock.schedule(reactMs, run);
  const settleAll = (): void => {
    for (const deployment of store.list('Deployment') as readonly Deployment[])
      settle(world, deployment);
  };
  const onPod = (before: Pod | null, after: Pod | null): void => {
    const pod = after ?? before;
    if (!pod) return;
    const owner = ownerOf(pod);
    const isLeaving = before !== null && !isGoing(before) && (after === null || isGoing(after));
    const isGone = before !== null && after === null;
    const deployments: readonly Deployment[] = store.list('Deployment', pod.metadata.namespace);
    const isCounted = deployments.some(
      ({ spec }) => spec?.selector && fitsSelector(pod.metadata.labels ?? {}, spec.selector),
    );
    if (isCounted) soon(settleAll);
    else if (owner?.kind === 'ReplicaSet' && isLeaving) soon(() => replace(world, pod, false));
    else if (owner?.kind === 'StatefulSet' && isGone) soon(() => replace(world, pod, true));
  };
  soon(settleAll);
  store.onChange(({ before, after }) => {
    const kind = (after ?? before)?.kind;
    if (kind === 'Pod') onPod(before, after);
    if (kind === 'Deployment' && before?.metadata.generation !== after?.metadata.generation)
      soon(settleAll);
    if (kind === 'Node' && after)
      soon(() => {
        const node: Node | null = store.get(refOf(after));
        if (node) setTaint(world, node);
        schedule(world);
      });
  });
}
