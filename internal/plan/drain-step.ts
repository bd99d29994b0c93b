import type { KubeObject, Node } from '../model/kubernetes.ts';
import type { ChangeStep, DrainConcern, DrainOptions, DrainStep } from '../model/plan.ts';
import type { Change } from '../model/remedy.ts';
import type { DrainFacts } from './drain-facts.ts';
import { drainErrors, judgePods } from './drain-judge.ts';
import { drainCommand } from './drain-options.ts';
import { labelSelector } from './drain-selector.ts';

function schedulingStep(node: Node, isCordoned: boolean): ChangeStep | null {
  const { name, uid, resourceVersion } = node.metadata;
  if ((node.spec?.unschedulable === true) === isCordoned) return null;
  const change: Change = {
    ref: { apiVersion: 'v1', kind: 'Node', name },
    verb: 'patch',
    patchType: 'merge',
    body: { spec: { unschedulable: isCordoned ? true : null } },
    guard: {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
  };
  const { unschedulable: _, ...spec } = node.spec ?? {};
  const after: Node = { ...node, spec: isCordoned ? { ...spec, unschedulable: true } : spec };
  return {
    kind: 'change',
    change,
    before: node satisfies KubeObject,
    after,
    kubectl: [`kubectl ${isCordoned ? 'cordon' : 'uncordon'} ${name}`],
  };
}

/** Takes a node out of scheduling; null where it is cordoned already, so that it is not ours to uncordon. */
export const cordonStep = (node: Node): ChangeStep | null => schedulingStep(node, true);

/** Gives a node back to the scheduler; null where it is not cordoned. */
export const uncordonStep = (node: Node): ChangeStep | null => schedulingStep(node, false);

const blocking = (id: string, text: string): DrainConcern => ({ id, text, isBlocking: true });

function concernsOf(node: Node, facts: DrainFacts, options: DrainOptions): readonly DrainConcern[] {
  void [node, options];
  return facts.gaps;
}

/**
 * One node emptied, as data: cordon, what becomes of each pod, and what speaks against it. Whether the drain may be begun is for
 * whoever reads it: not with a pod that blocks or a blocking concern (`isDrainBlocked`). For a node that is not among the facts the step has no
 * pods and a blocking concern.
 */
export function drainStep(name: string, facts: DrainFacts, options: DrainOptions): DrainStep {
  const node = facts.nodes.find(({ metadata }) => metadata.name === name);
  const pods = node ? judgePods(name, facts, options) : [];
  const isSelector = labelSelector(options.podSelector) !== null;
  return {
    kind: 'drain',
    node: name,
    cordon: node ? cordonStep(node) : null,
    pods,
    concerns: [
      ...(node ? [] : [blocking('no-such-node', words.noNode(name))]),
      ...(isSelector ? [] : [blocking('bad-pod-selector', words.selector)]),
      ...drainErrors(pods).map((text) => blocking('pods-in-the-way', text)),
      ...(node ? concernsOf(node, facts, options) : []),
    ],
    options,
    kubectl: [drainCommand(name, options), `kubectl uncordon ${name}`],
  };
}

/** Whether the drain must not be begun. */
export const isDrainBlocked = ({ concerns }: DrainStep): boolean =>
  concerns.some(({ isBlocking }) => isBlocking);

const words = {
  noNode: (name: string): string => `nodes "${name}" not found`,
  selector: '--pod-selector=<pod_selector> must be a valid label selector',
};
