import type { KubeObject, Node, Pod } from '../model/kubernetes.ts';
import type { DrainConcern, DrainOptions, JudgedPod } from '../model/plan.ts';
import type { DrainFacts } from './drain-facts.ts';
import { listed } from './drain-nodes.ts';

/** One drain as the concerns look at it. */
export interface DrainView {
  readonly node: Node;
  readonly facts: DrainFacts;
  readonly options: DrainOptions;
  /** The pods that would be evicted. */
  readonly leaving: readonly Pod[];
  /** The other nodes, whatever their state. */
  readonly others: readonly Node[];
}

/** One sort of thing that may speak against a drain. */
export type Look = (view: DrainView) => readonly DrainConcern[];

export const blocking = (id: string, text: string): DrainConcern => ({
  id,
  text,
  isBlocking: true,
});

export const remark = (id: string, text: string): DrainConcern => ({ id, text, isBlocking: false });

export const nameOf = ({ metadata }: KubeObject): string =>
  `${metadata.namespace ?? 'default'}/${metadata.name}`;

export const namesOf = (objects: readonly KubeObject[], most?: number): string =>
  listed(objects.map(nameOf), most);

export function drainView(
  node: Node,
  judged: readonly JudgedPod[],
  facts: DrainFacts,
  options: DrainOptions,
): DrainView {
  const going = new Set(
    judged
      .filter(({ verdict }) => verdict === 'evict')
      .map(({ namespace, name }) => `${namespace}/${name}`),
  );
  return {
    node,
    facts,
    options,
    leaving: facts.pods.filter(
      (pod) => pod.spec?.nodeName === node.metadata.name && going.has(nameOf(pod)),
    ),
    others: facts.nodes.filter(({ metadata }) => metadata.name !== node.metadata.name),
  };
}

export const isPodReady = ({ status }: Pod): boolean =>
  (status?.conditions ?? []).some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  );

export const isGoing = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;
