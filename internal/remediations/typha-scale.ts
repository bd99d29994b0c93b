import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';
import { lastingRemark } from './by-hand.ts';
import { isSendable, lastsUntil } from './durable.ts';
import { durableDaemonSet } from './durable-fields.ts';
import { strategic } from './refs.ts';

export interface TyphaPlace {
  readonly namespace: string;
  readonly deployment: string;
  /** Replicas that the Deployment asks for now; null if it was not read. */
  readonly replicas: number | null;
  /** Replicas that it should have. */
  readonly wanted: number;
}

/**
 * More Typha replicas. The operator counts them itself (one for up to two nodes, two for up to four, then three and more), so
 * there only room for them can be made.
 */
export function scaleTypha(install: Install, place: TyphaPlace): Remedy {
  const { namespace, deployment, replicas, wanted } = place;
  const isOperator = install.renderer === 'operator';
  // Never fewer than there are.
  const isSent = !isOperator && isSendable(install) && replicas !== null && replicas < wanted;
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: deployment };
  const body = { spec: { replicas: wanted } };
  const durable = isOperator ? [] : durableDaemonSet(install, body);
  const status = `kubectl -n ${namespace} rollout status deployment/${deployment} --timeout=5m`;
  return {
    id: 'typha-scale',
    title: isOperator ? words.operator : words.manifest(wanted),
    action: isOperator ? 'manual' : install.action,
    risk: 'none',
    target: { kind: 'Deployment', namespace, name: deployment },
    changes: isSent ? [strategic(ref, body)] : [],
    consequences: [words.consequence, ...(isOperator ? [] : lastsUntil(install))],
    manual: isOperator
      ? [...words.byItself, 'kubectl get nodes', status]
      : [
          ...(replicas === null ? [] : [`# now ${replicas}`]),
          `kubectl -n ${namespace} scale deployment/${deployment} --replicas=${wanted}`,
          status,
          ...lastingRemark(install),
        ],
    ...(durable.length > 0 ? { durable } : {}),
  };
}

/** Room for Typha pods that the scheduler cannot place, by what it says. */
export function placeTypha(
  install: Install,
  place: TyphaPlace,
  reasons: readonly ('taints' | 'ports' | 'resources' | 'selector' | 'other')[],
): Remedy {
  const { namespace, deployment } = place;
  const isOperator = install.renderer === 'operator';
  const steps = reasons.flatMap((reason) => words.steps[reason](namespace, deployment, isOperator));
  return {
    id: 'typha-place',
    title: words.place,
    action: 'manual',
    risk: 'none',
    target: { kind: 'Deployment', namespace, name: deployment },
    changes: [],
    consequences: [words.consequence],
    manual: [
      `kubectl -n ${namespace} describe pod -l k8s-app=calico-typha | grep -A4 Events:`,
      ...steps,
    ],
  };
}

const tolerations =
  '[{"effect":"NoExecute","operator":"Exists"},{"effect":"NoSchedule","operator":"Exists"}]';

const words = {
  operator: 'Make room for more Typha: the operator decides how many there are',
  manifest: (wanted: number): string => `Run ${wanted} replicas of Typha`,
  place: 'Let Typha be scheduled',
  consequence: 'calico-node connects by itself as soon as a Typha answers; nothing restarts.',
  byItself: [
    '# the operator sets the replicas by the number of nodes that can take a pod: uncordon or add nodes',
  ],
  steps: {
    taints: (namespace: string, deployment: string, isOperator: boolean): readonly string[] => [
      'kubectl get nodes -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints,CORDONED:.spec.unschedulable',
      ...(isOperator
        ? [
            '# the operator: tolerations belong into the Installation',
            `kubectl patch installation default --type merge -p '{"spec":{"typhaDeployment":{"spec":{"template":{"spec":{"tolerations":${tolerations}}}}}}}'`,
          ]
        : [
            `kubectl -n ${namespace} patch deployment ${deployment} --type strategic -p '{"spec":{"template":{"spec":{"tolerations":${tolerations}}}}}'`,
          ]),
    ],
    ports: (): readonly string[] => [
      '# Typha takes the ports 5473 and 9098 of its node: one pod for each node, and no other program on them',
      '# on the node: sudo ss -ltnp | grep -E ":(5473|9098) "',
    ],
    resources: (): readonly string[] => [
      'kubectl describe nodes | grep -A8 "Allocated resources"',
      '# free CPU or memory on a node, or add one',
    ],
    selector: (namespace: string, deployment: string): readonly string[] => [
      `kubectl -n ${namespace} get deployment ${deployment} -o jsonpath='{.spec.template.spec.nodeSelector}{"\\n"}{.spec.template.spec.affinity}{"\\n"}'`,
      '# label a node so that it matches, or take the selector away',
    ],
    other: (): readonly string[] => [],
  },
};
