import type { OwnerReference, Pod } from '../model/kubernetes.ts';
import type { DrainOptions, JudgedPod } from '../model/plan.ts';
import type { DrainFacts } from './drain-facts.ts';
import { labelSelector } from './drain-selector.ts';
import { secondsFrom } from './drain-values.ts';

type Status = Pick<JudgedPod, 'verdict' | 'reason'>;

type Filter = (pod: Pod, facts: DrainFacts, options: DrainOptions) => Status;

const goes: Status = { verdict: 'evict', reason: '' };
const goesWith = (reason: string): Status => ({ verdict: 'evict', reason });
const skipped = (reason: string): Status => ({ verdict: 'skip', reason });
const blocks = (reason: string): Status => ({ verdict: 'blocks', reason });

/** Whether a pod has ended: such a pod may always be removed. */
export const hasEnded = ({ status }: Pod): boolean =>
  status?.phase === 'Succeeded' || status?.phase === 'Failed';

export const controllerOf = ({ metadata }: Pod): OwnerReference | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller === true);

export const isOfDaemonSet = (pod: Pod): boolean => {
  const owner = controllerOf(pod);
  return owner?.kind === 'DaemonSet' && owner.apiVersion === 'apps/v1';
};

/** A static pod as the kubelet shows it to the API server: it cannot be deleted there. */
export const isMirror = ({ metadata }: Pod): boolean =>
  metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;

export const hasEmptyDir = ({ spec }: Pod): boolean =>
  (spec?.volumes ?? []).some(({ emptyDir }) => emptyDir !== undefined && emptyDir !== null);

/** Whether a pod's deletion is overdue for longer than `--skip-wait-for-delete-timeout`: then nobody waits for it. */
export function isGivenUp(
  pod: Pod,
  now: string,
  { skipWaitForDeleteTimeoutSeconds }: DrainOptions,
) {
  const overdue = secondsFrom(pod.metadata.deletionTimestamp, now);
  return (
    skipWaitForDeleteTimeoutSeconds > 0 &&
    overdue !== null &&
    overdue > skipWaitForDeleteTimeoutSeconds
  );
}

const deletedFilter: Filter = (pod, { now }, options) =>
  isGivenUp(pod, now, options)
    ? skipped(texts.givenUp(pod.metadata.name, options.skipWaitForDeleteTimeoutSeconds))
    : goes;

const daemonSetFilter: Filter = (pod, { daemonSets }, { force, ignoreDaemonSets }) => {
  if (!isOfDaemonSet(pod) || hasEnded(pod)) return goes;
  const owner = controllerOf(pod)?.name;
  const namespace = pod.metadata.namespace ?? 'default';
  const sight = daemonSets.find((one) => one.name === owner && one.namespace === namespace);
  if (sight?.state === 'missing') return force ? goesWith(sight.message) : blocks(sight.message);
  return ignoreDaemonSets ? skipped(texts.daemonSetWarning) : blocks(texts.daemonSetFatal);
};

const mirrorFilter: Filter = (pod) => (isMirror(pod) ? skipped('') : goes);

const localStorageFilter: Filter = (pod, _facts, { deleteEmptyDirData }) => {
  if (!hasEmptyDir(pod) || hasEnded(pod)) return goes;
  return deleteEmptyDirData ? goesWith(texts.storageWarning) : blocks(texts.storageFatal);
};

const unmanagedFilter: Filter = (pod, _facts, { force }) => {
  if (hasEnded(pod) || controllerOf(pod)) return goes;
  return force ? goesWith(texts.unmanagedWarning) : blocks(texts.unmanagedFatal);
};

// The order of kubectl pkg/drain/filters.go: the first that does not let a pod go decides.
const filters: readonly Filter[] = [
  deletedFilter,
  daemonSetFilter,
  mirrorFilter,
  localStorageFilter,
  unmanagedFilter,
];

function statusOf(pod: Pod, facts: DrainFacts, options: DrainOptions): Status {
  const warnings: string[] = [];
  for (const filter of filters) {
    const status = filter(pod, facts, options);
    if (status.verdict !== 'evict') return status;
    if (status.reason !== '') warnings.push(status.reason);
  }
  // kubectl forgets a warning when a later filter has none; what is lost is said here all the same.
  return goesWith(warnings.join('; '));
}

/** The pods of a node that a drain is about: those that `--pod-selector` takes. */
export function podsOn(facts: DrainFacts, node: string, podSelector: string): readonly Pod[] {
  const isMeant = labelSelector(podSelector) ?? (() => false);
  return facts.pods.filter(
    ({ metadata, spec }) => spec?.nodeName === node && isMeant(metadata.labels ?? {}),
  );
}

/**
 * What a drain does with each pod of a node, by the filters and with the texts of `kubectl drain` (kubectl v1.36
 * pkg/drain/filters.go), in order of names. A DaemonSet that could not be read is taken to be there.
 */
export function judgePods(
  node: string,
  facts: DrainFacts,
  options: DrainOptions,
): readonly JudgedPod[] {
  return podsOn(facts, node, options.podSelector)
    .map((pod) => ({
      namespace: pod.metadata.namespace ?? 'default',
      name: pod.metadata.name,
      uid: pod.metadata.uid ?? null,
      ...statusOf(pod, facts, options),
    }))
    .toSorted((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const joined = (pods: readonly JudgedPod[], verdicts: readonly JudgedPod['verdict'][]) => {
  const told = pods.filter(({ verdict, reason }) => verdicts.includes(verdict) && reason !== '');
  return [...Map.groupBy(told, ({ reason }) => reason)].map(
    ([reason, group]) =>
      `${reason}: ${group.map(({ namespace, name }) => `${namespace}/${name}`).join(', ')}`,
  );
};

/** What `kubectl drain` refuses with: `cannot delete <reason>: ns/pod, …`, one for each reason. */
export const drainErrors = (pods: readonly JudgedPod[]): readonly string[] =>
  joined(pods, ['blocks']).map((text) => `cannot delete ${text}`);

/** What `kubectl drain` warns of: `<reason>: ns/pod, …`, one for each reason. */
export const drainWarnings = (pods: readonly JudgedPod[]): readonly string[] =>
  joined(pods, ['evict', 'skip']);

const texts = {
  givenUp: (name: string, seconds: number): string =>
    `pod "${name}" has DeletionTimestamp older than ${seconds} seconds, skipping`,
  daemonSetFatal: 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)',
  daemonSetWarning: 'ignoring DaemonSet-managed Pods',
  storageFatal: 'Pods with local storage (use --delete-emptydir-data to override)',
  storageWarning: 'deleting Pods with local storage',
  unmanagedFatal: 'Pods that declare no controller (use --force to override)',
  unmanagedWarning: 'deleting Pods that declare no controller',
};
