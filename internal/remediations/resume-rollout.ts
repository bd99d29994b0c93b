import type { Install } from '../model/install.ts';
import type { DaemonSet, Pod } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import { isRenderedByOperator, isSendable } from './durable.ts';
import { strategic } from './refs.ts';

export interface StuckRollout {
  readonly daemonSet: DaemonSet;
  readonly strategy: string;
  /** The pods that hold it up. */
  readonly pods: readonly Pod[];
  readonly install: Install;
}

// As Calico's manifests have it since v3.0: one node at a time. The operator renders it so by itself.
function byStrategy(
  install: Install,
  { metadata: { name, namespace = 'kube-system' } }: DaemonSet,
): Pick<Remedy, 'action' | 'target' | 'changes'> {
  if (isRenderedByOperator(install)) return { action: 'manual', changes: [] };
  const ref = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name };
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } };
  return {
    action: install.action,
    target: { kind: 'DaemonSet', namespace, name },
    changes: isSendable(install) ? [strategic(ref, { spec: { updateStrategy } })] : [],
  };
}

/** Lets an update of calico-node go on: by deleting old pods one by one (OnDelete), else by curing the pods that it waits for. */
export function resumeRollout({ daemonSet, strategy, pods, install }: StuckRollout): Remedy {
  const { name, namespace = 'kube-system' } = daemonSet.metadata;
  const target = `kubectl -n ${namespace}`;
  const ending = pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  const isManual = strategy === 'OnDelete';
  return {
    id: 'resume-rollout',
    title: isManual ? words.byHand : words.cure,
    ...(isManual ? byStrategy(install, daemonSet) : { action: 'manual', changes: [] }),
    risk: isManual ? 'restarts-pods' : 'none',
    consequences: isManual ? [words.oneByOne, words.strategy] : [words.goesOn],
    manual: isManual
      ? [
          `${target} get pods -l ${selectorOf(daemonSet)} -L controller-revision-hash -o wide`,
          words.eachOld,
          `${target} delete pod POD`,
        ]
      : [
          `${target} rollout status daemonset/${name} --timeout=10s`,
          words.first,
          ...ending.flatMap(({ metadata }) => [
            words.onlyIfGone,
            `${target} delete pod ${metadata.name} --force --grace-period=0`,
          ]),
          words.back,
          `${target} rollout undo daemonset/${name}`,
        ],
  };
}

const selectorOf = ({ spec }: DaemonSet): string =>
  Object.entries(spec?.selector?.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',') || 'k8s-app=calico-node';

const words = {
  cure: 'Cure the pods that it waits for; the update then goes on by itself',
  byHand: 'Delete the old pods one after the other',
  goesOn: 'The next node follows within seconds of the sick pods being ready.',
  oneByOne: 'Running pods keep their network while calico-node of their node is replaced.',
  strategy:
    'Or the DaemonSet goes on by itself, one node at a time (RollingUpdate): what is changed here. That stays so for later changes.',
  eachOld: '# for each pod of the old revision; wait until the new one is ready before the next',
  first: '# cure the sick pods first',
  onlyIfGone: '# only if the machine is off for good: a running one would go on with the old pod',
  back: '# or go back to the template before (without an operator, and not if the sick pods are of the old one)',
};
