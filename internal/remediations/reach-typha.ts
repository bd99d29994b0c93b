import type { TyphaCause } from '../calico/typha-clients.ts';
import { placeReasonsOf, typhaReplicasFor, type Typha } from '../calico/typha.ts';
import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';
import { byHand, openPassage } from './outside.ts';
import { placeTypha, scaleTypha, type TyphaPlace } from './typha-scale.ts';

/** What is known of the nodes that reach no Typha. */
export interface CutNodes {
  readonly nodes: readonly string[];
  readonly nodesTotal: number;
  readonly cause: TyphaCause;
  readonly addresses: readonly string[];
  readonly typhaNodes: readonly string[];
}

const manual = (id: string, title: string, lines: readonly string[]): Remedy =>
  byHand(id, title, lines, [words.byItself]);

export const placeOf = (install: Install, typha: Typha | null, nodes: number): TyphaPlace => ({
  namespace: typha?.namespace ?? install.namespace ?? 'kube-system',
  deployment: typha?.name ?? 'calico-typha',
  replicas: typha?.desired ?? null,
  wanted: typhaReplicasFor(nodes),
});

/** Why Typha's pods are not placed, over all that are not. */
export const placingReasons = (typha: Typha | null) => [
  ...new Set(
    (typha?.pods ?? []).flatMap(({ pod, state }) =>
      state === 'unscheduled' ? placeReasonsOf(pod) : [],
    ),
  ),
];

function repairPods({ namespace, deployment }: TyphaPlace, typha: Typha | null): Remedy {
  const sick = (typha?.pods ?? []).filter(({ state }) => state !== 'ready').slice(0, 3);
  return manual('repair-typha', words.repair, [
    ...sick.flatMap(({ pod: { metadata } }) => [
      `kubectl -n ${namespace} describe pod ${metadata.name}`,
      `kubectl -n ${namespace} logs ${metadata.name} --previous --tail=50`,
    ]),
    `kubectl -n ${namespace} rollout status deployment/${deployment} --timeout=5m`,
  ]);
}

const repairService = ({ namespace }: TyphaPlace): Remedy =>
  manual('repair-typha-service', words.service, [
    `kubectl -n ${namespace} get service calico-typha -o yaml`,
    `kubectl -n ${namespace} get endpoints calico-typha`,
    `kubectl -n ${namespace} get pods -l k8s-app=calico-typha --show-labels`,
    words.serviceNeeds,
  ]);

const withoutTypha = (install: Install, { namespace }: TyphaPlace): Remedy =>
  manual('restore-typha', words.restore, [
    `kubectl -n ${namespace} get deployment,service -l k8s-app=calico-typha`,
    ...(install.renderer === 'operator'
      ? ['kubectl -n tigera-operator logs deployment/tigera-operator --tail=100 | grep -i typha']
      : [
          words.without,
          `kubectl -n ${namespace} set env daemonset/${install.daemonSet ?? 'calico-node'} FELIX_TYPHAK8SSERVICENAME=none`,
        ]),
  ]);

/** What brings calico-node and Typha together again, by what keeps them apart. */
export function reachTypha(
  install: Install,
  typha: Typha | null,
  cut: CutNodes,
): readonly Remedy[] {
  const place = placeOf(install, typha, cut.nodesTotal);
  switch (cut.cause) {
    case 'no-typha':
      return [withoutTypha(install, place)];
    case 'scaled-down':
      return [scaleTypha(install, place)];
    case 'unscheduled':
      return [placeTypha(install, place, placingReasons(typha))];
    case 'image':
    case 'failing':
    case 'not-ready':
      return [repairPods(place, typha)];
    case 'no-endpoints':
      return [repairService(place)];
    case 'blocked':
    case 'refused':
    case 'unknown': {
      const [host, port] = cut.addresses[0]?.split(/:(?=\d+$)/) ?? [];
      return [
        openPassage({
          protocol: 'TCP',
          port: Number(port ?? 5473),
          from: cut.nodes,
          to: cut.typhaNodes,
          target: host ?? null,
        }),
      ];
    }
  }
}

const words = {
  byItself: 'calico-node connects by itself as soon as a Typha answers.',
  repair: 'Bring the pods of Typha up',
  service: 'Let the service of Typha find its pods',
  serviceNeeds:
    '# the selector must be k8s-app: calico-typha, and one port must have the name calico-typha (5473)',
  restore: 'Bring Typha back, or tell calico-node to do without',
  without: '# without Typha (fine for up to about 50 nodes); calico-node restarts node by node',
};
