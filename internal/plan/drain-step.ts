import type { KubeObject, Node } from '../model/kubernetes.ts';
import type { ChangeStep, DrainConcern, DrainOptions, DrainStep } from '../model/plan.ts';
import type { Change } from '../model/remedy.ts';
import type { DrainFacts } from './drain-facts.ts';
import { drainErrors, judgePods } from './drain-judge.ts';
import { drainCommand } from './drain-options.ts';
import { budgetConcerns } from './drain-budgets.ts';
import { calicoConcerns } from './drain-calico.ts';
import {
  controlPlaneConcerns,
  lastNodeConcerns,
  lostNodeConcerns,
  otherNodeConcerns,
  ownerConcerns,
} from './drain-cluster.ts';
import { dataConcerns } from './drain-data.ts';
import { roomConcerns } from './drain-room.ts';
import { labelSelector } from './drain-selector.ts';
import { blocking, drainView, type Look } from './drain-view.ts';

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

const looks: readonly Look[] = [
  lostNodeConcerns,
  lastNodeConcerns,
  controlPlaneConcerns,
  calicoConcerns,
  budgetConcerns,
  dataConcerns,
  roomConcerns,
  otherNodeConcerns,
  ownerConcerns,
];

const byWeight = (concerns: readonly DrainConcern[]): readonly DrainConcern[] => [
  ...concerns.filter(({ isBlocking }) => isBlocking),
  ...concerns.filter(({ isBlocking }) => !isBlocking),
];

/**
 * One node emptied, as data: cordon, what becomes of each pod, and what speaks against it. Whether the drain may be begun is for
 * whoever reads it: not where there are
 * `drainRefusals`. For a node that is not among the facts the step has no
 * pods and a blocking concern.
 */
export function drainStep(name: string, facts: DrainFacts, options: DrainOptions): DrainStep {
  const node = facts.nodes.find(({ metadata }) => metadata.name === name);
  const pods = node ? judgePods(name, facts, options) : [];
  const view = node && drainView(node, pods, facts, options);
  const isSelector = labelSelector(options.podSelector) !== null;
  return {
    kind: 'drain',
    node: name,
    cordon: node ? cordonStep(node) : null,
    pods,
    concerns: [
      ...(node ? [] : [blocking('no-such-node', words.noNode(name))]),
      ...(isSelector ? [] : [blocking('bad-pod-selector', words.selector)]),
      ...(view ? byWeight(looks.flatMap((look) => look(view))) : []),
      ...facts.gaps,
    ],
    options,
    kubectl: [drainCommand(name, options), `kubectl uncordon ${name}`],
  };
}

/** Why a drain must not be begun, a sentence for each reason; empty if nothing speaks against it. */
export const drainRefusals = ({ pods, concerns }: DrainStep): readonly string[] => [
  ...drainErrors(pods),
  ...concerns.filter(({ isBlocking }) => isBlocking).map(({ text }) => text),
];

const words = {
  noNode: (name: string): string => `nodes "${name}" not found`,
  selector: '--pod-selector=<pod_selector> must be a valid label selector',
};
