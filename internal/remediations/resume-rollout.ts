import type { DaemonSet, Pod } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';

export interface StuckRollout {
  readonly daemonSet: DaemonSet;
  readonly strategy: string;
  /** The pods that hold it up. */
  readonly pods: readonly Pod[];
}

/** Lets an update of calico-node go on: by deleting old pods one by one (OnDelete), else by curing the pods that it waits for. */
export function resumeRollout({ daemonSet, strategy, pods }: StuckRollout): Remedy {
  const { name, namespace = 'kube-system' } = daemonSet.metadata;
  const target = `kubectl -n ${namespace}`;
  const ending = pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  const isManual = strategy === 'OnDelete';
  return {
    id: 'resume-rollout',
    title: isManual ? words.byHand : words.cure,
    action: 'manual',
    risk: isManual ? 'restarts-pods' : 'none',
    changes: [],
    consequences: [isManual ? words.oneByOne : words.goesOn],
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
  eachOld: '# for each pod of the old revision; wait until the new one is ready before the next',
  first: '# cure the sick pods first',
  onlyIfGone: '# only if the machine is off for good: a running one would go on with the old pod',
  back: '# or go back to the template before (without an operator, and not if the sick pods are of the old one)',
};
