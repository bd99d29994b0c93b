import type { Pod } from '../model/kubernetes.ts';

/** What is known of a pod whose logs are looked for. */
export interface KnownPod {
  readonly namespace: string;
  readonly name: string;
  /** Init containers too, the longest names first. */
  readonly containers: readonly string[];
  readonly main: string;
  /** Restarts by container: the kubelet numbers its log files by them. */
  readonly restarts: ReadonlyMap<string, number>;
}

/** Pods by name; those of one name in several namespaces stand together. */
export type PodIndex = ReadonlyMap<string, readonly KnownPod[]>;

const defaultContainer = 'kubectl.kubernetes.io/default-container';

/** The pods of a dump by name. */
export function podIndex(pods: readonly Pod[]): PodIndex {
  const index = new Map<string, KnownPod[]>();
  for (const pod of pods) {
    const known = index.get(pod.metadata.name) ?? [];
    known.push(knownPod(pod));
    index.set(pod.metadata.name, known);
  }
  return index;
}

function knownPod({ metadata, spec, status }: Pod): KnownPod {
  const own = (spec?.containers ?? []).flatMap(({ name }) => (name ? [name] : []));
  const init = (spec?.initContainers ?? []).flatMap(({ name }) => (name ? [name] : []));
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const restarts = statuses.flatMap(({ name, restartCount }): [string, number][] =>
    name !== undefined && restartCount !== undefined ? [[name, restartCount]] : [],
  );
  return {
    namespace: metadata.namespace ?? 'default',
    name: metadata.name,
    containers: [...own, ...init].toSorted((a, b) => b.length - a.length),
    main: mainOf(own, metadata.annotations?.[defaultContainer], metadata.name),
    restarts: new Map(restarts),
  };
}

function mainOf(own: readonly string[], annotated: string | undefined, pod: string): string {
  if (own.includes('calico-node')) return 'calico-node';
  if (annotated !== undefined && own.includes(annotated)) return annotated;
  return own[0] ?? mainByName(pod);
}

/**
 * The main container of a pod of which only the name is known: workloads of Calico call it after
 * themselves.
 */
export function mainByName(pod: string): string {
  if (/^(?:.*-)?(?:calico-node|canal)-/.test(pod)) return 'calico-node';
  return pod.replace(/(?:-[a-z0-9]{6,10})?-[a-z0-9]{5}$/, '');
}
