import type { DaemonSet, KubeObject, Node, Pod } from '../../internal/model/kubernetes.ts';
import { fitsLabels } from './memory-selectors.ts';
import { isGoing, isReady } from './memory-pods.ts';
import { isSame, refOf } from './memory-store.ts';
import type { World } from './simulated-world.ts';
import { suffixOf } from './cluster.ts';

const hashLabel = 'controller-revision-hash';

interface Revision extends KubeObject {
  readonly revision?: number;
  readonly data?: { readonly spec?: { readonly template?: unknown } };
}

const revisionsOf = ({ cluster }: World, { metadata }: DaemonSet): readonly Revision[] =>
  cluster.store
    .list('ControllerRevision', metadata.namespace)
    .filter((one) => one.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid));

// The template in the form in which a revision has it.
const templateOf = ({ spec }: DaemonSet): unknown => ({ ...spec?.template, $patch: 'replace' });

/** The hash of the present template, `present` for the first one; a new ControllerRevision for a new one, the newest number for an old one. */
function revisionOf(world: World, daemonSet: DaemonSet, present: string): string {
  const { cluster } = world;
  const revisions = revisionsOf(world, daemonSet);
  const newest = Math.max(0, ...revisions.map(({ revision = 0 }) => revision));
  const known = revisions.find(({ data }) => isSame(data?.spec?.template, templateOf(daemonSet)));
  if (known) {
    if (known.revision !== newest)
      cluster.edit<Revision>(refOf(known), (draft) => {
        draft.revision = newest + 1;
      });
    return known.metadata.labels?.[hashLabel] ?? '';
  }
  const { name, namespace, uid } = daemonSet.metadata;
  const text = JSON.stringify(templateOf(daemonSet));
  const made = `${suffixOf(text)}${suffixOf(`${text}.`)}`;
  const hash = newest === 0 && present !== '' ? present : made;
  const controller = { apiVersion: 'apps/v1', kind: 'DaemonSet', name, uid, controller: true };
  const revision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...daemonSet.spec?.selector?.matchLabels, [hashLabel]: hash },
      ownerReferences: [uid === undefined ? { ...controller, uid: '' } : controller],
    },
    revision: newest + 1,
    data: { spec: { template: templateOf(daemonSet) } },
  };
  cluster.put(revision);
  return hash;
}

const isOwnedBy = (pod: Pod, { metadata }: DaemonSet): boolean =>
  pod.metadata.ownerReferences?.some(
    ({ kind, name, uid }) =>
      kind === 'DaemonSet' &&
      (uid === metadata.uid || (uid === undefined && name === metadata.name)),
  ) ?? false;

function eligibleNodes({ cluster }: World, { spec }: DaemonSet): readonly Node[] {
  const wanted = Object.entries(spec?.template?.spec?.nodeSelector ?? {});
  const selector = wanted.map(([name, value]) => `${name}=${value}`).join(',');
  return cluster.store.list('Node').filter((node) => fitsLabels(node, selector));
}

function createPod(world: World, daemonSet: DaemonSet, node: Node, hash: string): void {
  const { name, namespace, uid, generation } = daemonSet.metadata;
  const template = daemonSet.spec?.template;
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${world.newSuffix(`${name}${node.metadata.name}`)}`,
      namespace,
      labels: {
        ...template?.metadata?.labels,
        [hashLabel]: hash,
        'pod-template-generation': String(generation),
      },
      ...(template?.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name, uid, controller: true }],
    },
    spec: { ...template?.spec, nodeName: node.metadata.name },
    status: {
      phase: 'Pending',
      conditions: [
        { type: 'PodScheduled', status: 'True', lastTransitionTime: world.cluster.clock.time() },
      ],
    },
  };
  world.cluster.put(pod);
}

const hashOf = (pod: Pod): string => pod.metadata.labels?.[hashLabel] ?? '';

function mostUnavailable({ spec }: DaemonSet, desired: number): number {
  const value = spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  if (typeof value === 'number') return value;
  return Math.ceil((Number.parseInt(value, 10) / 100) * desired);
}

/**
 * The pods that are replaced now: old ones that are not ready at once, ready ones while the budget lasts (kubernetes
 * pkg/controller/daemon/update.go, rollingUpdate).
 */
function outdated(
  daemonSet: DaemonSet,
  byNode: readonly (readonly Pod[])[],
  hash: string,
): readonly Pod[] {
  if (daemonSet.spec?.updateStrategy?.type === 'OnDelete') return [];
  const allowed: Pod[] = [];
  const candidates: Pod[] = [];
  let unavailable = 0;
  for (const pods of byNode) {
    const present = pods.filter((pod) => !isGoing(pod));
    const fresh = present.find((pod) => hashOf(pod) === hash);
    const old = present.find((pod) => hashOf(pod) !== hash);
    if (Boolean(fresh) === Boolean(old)) unavailable += 1;
    else if (fresh && !isReady(fresh)) unavailable += 1;
    else if (old) (isReady(old) ? candidates : allowed).push(old);
  }
  const left = Math.max(0, mostUnavailable(daemonSet, byNode.length) - unavailable);
  return [...allowed, ...candidates.slice(0, left)];
}

function settleStatus(
  world: World,
  daemonSet: DaemonSet,
  byNode: readonly (readonly Pod[])[],
  hash: string,
): void {
  const pods = byNode.flatMap((all) => all.filter((pod) => !isGoing(pod)).slice(0, 1));
  const ready = pods.filter(isReady).length;
  const desired = byNode.length;
  world.cluster.edit<DaemonSet>(refOf(daemonSet), (draft) => {
    draft.status = {
      ...draft.status,
      observedGeneration: daemonSet.metadata.generation ?? 1,
      desiredNumberScheduled: desired,
      currentNumberScheduled: pods.length,
      updatedNumberScheduled: pods.filter((pod) => hashOf(pod) === hash).length,
      numberReady: ready,
      numberAvailable: ready,
      numberUnavailable: desired - ready,
      numberMisscheduled: 0,
    };
  });
}

function sync(world: World, ref: ReturnType<typeof refOf>): void {
  const { store } = world.cluster;
  const daemonSet: DaemonSet | null = store.get(ref);
  if (!daemonSet) return;
  const own: readonly Pod[] = store
    .list('Pod', daemonSet.metadata.namespace)
    .filter((pod) => isOwnedBy(pod, daemonSet));
  const hash = revisionOf(world, daemonSet, own.map(hashOf)[0] ?? '');
  const nodes = eligibleNodes(world, daemonSet);
  const onNode = ({ metadata }: Node): readonly Pod[] =>
    own.filter(({ spec }) => spec?.nodeName === metadata.name);
  for (const node of nodes) if (onNode(node).length === 0) createPod(world, daemonSet, node, hash);
  const byNode = nodes.map((node) =>
    store
      .list('Pod', daemonSet.metadata.namespace)
      .filter((pod): pod is Pod => isOwnedBy(pod, daemonSet))
      .filter(({ spec }) => spec?.nodeName === node.metadata.name),
  );
  settleStatus(world, daemonSet, byNode, hash);
  for (const pod of outdated(daemonSet, byNode, hash)) world.cluster.deletePod(refOf(pod));
}

/** Half a second from what happens to what the controller does about it. */
const delayMs = 500;

/** The DaemonSet controller: pods on every node, revisions, rolling updates and OnDelete, and the status numbers. */
export function runDaemonSets(world: World): void {
  const { store, clock } = world.cluster;
  const planned = new Set<string>();
  const plan = (daemonSet: KubeObject): void => {
    const ref = refOf(daemonSet);
    const key = JSON.stringify(ref);
    if (planned.has(key)) return;
    planned.add(key);
    clock.schedule(delayMs, () => {
      planned.delete(key);
      sync(world, ref);
    });
  };
  store.onChange(({ before, after }) => {
    const object = after ?? before;
    if (object?.kind === 'DaemonSet' && after) plan(after);
    if (object?.kind !== 'Pod' && object?.kind !== 'Node') return;
    for (const daemonSet of store.list('DaemonSet'))
      if (object.kind === 'Node' ? !before || !after : isOwnedBy(object, daemonSet))
        plan(daemonSet);
  });
  store.list('DaemonSet').forEach(plan);
}
