import type { Pod } from '../model/kubernetes.ts';
import { canReplace, listed } from './drain-nodes.ts';
import {
  blocking,
  type DrainView,
  isGoing,
  isPodReady,
  type Look,
  namesOf,
  remark,
} from './drain-view.ts';

/** The `k8s-app` label, by which the parts of Calico are known. */
export const appOf = ({ metadata }: Pod): string => metadata.labels?.['k8s-app'] ?? '';

const isCalicoNode = (pod: Pod): boolean => ['calico-node', 'canal'].includes(appOf(pod));
const isTypha = (pod: Pod): boolean => appOf(pod) === 'calico-typha';

// Windows has a calico-node of its own, with another label.
function nodesOfCalico({ facts, node, others }: DrainView) {
  const takers = others.filter((other) => canReplace(node, other));
  const pods = facts.pods.filter((pod) => isCalicoNode(pod) && !isGoing(pod));
  const byNode = Map.groupBy(pods, ({ spec }) => spec?.nodeName ?? '');
  const known = takers.filter(({ metadata }) => byNode.has(metadata.name));
  const sick = known.filter(({ metadata }) => !(byNode.get(metadata.name) ?? []).some(isPodReady));
  return { known, sick };
}

/** Where calico-node does not work, a new pod gets no network: evicting pods to there would make an outage of it. */
const calicoNodeConcerns: Look = (view) => {
  const { known, sick } = nodesOfCalico(view);
  if (sick.length === 0) return [];
  const names = listed(sick.map(({ metadata }) => metadata.name));
  return sick.length * 2 > known.length
    ? [blocking('calico-node-not-ready-elsewhere', words.unready(names, known.length))]
    : [remark('calico-node-not-ready-elsewhere', words.someUnready(names))];
};

const typhaConcerns: Look = ({ facts, leaving }) => {
  const here = leaving.filter(isTypha);
  if (here.length === 0) return [];
  const others = facts.pods.filter((pod) => isTypha(pod) && !isGoing(pod) && !here.includes(pod));
  const ready = others.filter(isPodReady).length;
  if (ready > 0) return [remark('typha-moves', words.typha(ready))];
  return others.length > 0
    ? [blocking('last-typha', words.lastTypha(others.length))]
    : [remark('typha-moves', words.onlyTypha)];
};

const restarted: readonly (readonly [string, string])[] = [
  ['calico-kube-controllers', 'the clean-up of addresses and nodes'],
  ['calico-apiserver', 'the projectcalico.org API'],
  ['tigera-operator', 'the operator'],
];

/** Parts of Calico without another copy that is ready. */
const movedConcerns: Look = ({ facts, leaving }) =>
  restarted.flatMap(([app, task]) => {
    const here = leaving.filter((pod) => appOf(pod) === app);
    const isElsewhere = facts.pods.some(
      (pod) => appOf(pod) === app && !here.includes(pod) && !isGoing(pod) && isPodReady(pod),
    );
    return here.length === 0 || isElsewhere
      ? []
      : [remark('calico-part-moves', words.moves(namesOf(here), task))];
  });

/** What the drain means for Calico itself. */
export const calicoConcerns: Look = (view) => [
  ...calicoNodeConcerns(view),
  ...typhaConcerns(view),
  ...movedConcerns(view),
];

const words = {
  unready: (names: string, known: number): string =>
    `calico-node is not ready on most of the nodes that could take the pods (${names}, of ${known}): pods that start there would get no network. Mend Calico there first.`,
  someUnready: (names: string): string =>
    `calico-node is not ready on ${names}: pods that are placed there get no network.`,
  typha: (ready: number): string =>
    `A Typha pod leaves; ${ready === 1 ? 'another one is ready and takes' : `${ready} others are ready and take`} its connections. The new one may come back here: Typha tolerates a cordon.`,
  lastTypha: (others: number): string =>
    `The Typha pod here is the last that is ready, of ${others + 1}: without it no calico-node of the cluster learns of changes. Mend Typha first.`,
  onlyTypha:
    'The only Typha pod leaves: until the new one runs, calico-node keeps what it knows and learns nothing new.',
  moves: (pods: string, task: string): string =>
    `${pods} starts anew elsewhere; meanwhile ${task} is away for some seconds.`,
};
