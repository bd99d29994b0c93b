import type { AbsenceReason } from '../calico/absent-pods.ts';
import type { Install } from '../model/install.ts';
import type { DaemonSet } from '../model/kubernetes.ts';
import type { Change, Remedy } from '../model/remedy.ts';
import { admitPods } from './admit-pods.ts';
import { inTemplate } from './container-fields.ts';
import {
  durablePlace,
  isMoving,
  isRenderedByOperator,
  isSendable,
  lastsUntil,
  shellJson,
} from './durable.ts';
import { strategic } from './refs.ts';
import type { Tree } from './tree.ts';

export interface Placement {
  readonly reason: AbsenceReason;
  readonly detail: string;
  readonly nodes: readonly string[];
  /** Null where only pods of it were read. */
  readonly daemonSet: DaemonSet | null;
  readonly install: Install;
}

const whereIs = ({ daemonSet, install }: Placement): { name: string; namespace: string } => ({
  name: daemonSet?.metadata.name ?? install.daemonSet ?? 'calico-node',
  namespace: daemonSet?.metadata.namespace ?? install.namespace ?? 'kube-system',
});

const onNodes = (
  id: string,
  title: string,
  manual: readonly string[],
  changes: readonly Change[] = [],
): Remedy => ({
  id,
  title,
  action: changes.length > 0 ? 'apply' : 'manual',
  risk: 'none',
  changes,
  consequences: [words.starts],
  manual,
});

function labels({ nodes, detail, install }: Placement): readonly Change[] {
  const [key, value] = detail.split(/=(.*)/s);
  if (!key || value === undefined || isMoving(install)) return [];
  return nodes.map((name) =>
    strategic({ apiVersion: 'v1', kind: 'Node', name }, { metadata: { labels: { [key]: value } } }),
  );
}

// Not with the operator: what is in the template there came from an override, which is another field.
function templateChange({ install }: Placement, spec: Tree): Pick<Remedy, 'changes' | 'durable'> {
  if (isRenderedByOperator(install)) return { changes: [] };
  const { changes, durable } = inTemplate(install, spec);
  return durable ? { changes, durable } : { changes };
}

/** A field of the pod template, taken out of what makes it: of the Installation's override, or of the DaemonSet itself. */
function withoutField(
  placement: Placement,
  field: string,
  title: string,
  { patch, spec }: { readonly patch: object; readonly spec: Tree },
): Remedy {
  const { install } = placement;
  const change = templateChange(placement, spec);
  const isOpen = change.changes.length === 0 && isSendable(install);
  const { name, namespace } = whereIs(placement);
  const isOperator = install.renderer === 'operator';
  const installation = install.installation ?? 'default';
  const override = {
    spec: { calicoNodeDaemonSet: { spec: { template: { spec: { [field]: null } } } } },
  };
  const place = durablePlace(install);
  return {
    id: `change-${field.toLowerCase()}`,
    title,
    action: isOpen ? 'manual' : install.action,
    risk: 'restarts-pods',
    target: isOperator
      ? { kind: 'Installation', name: installation }
      : { kind: 'DaemonSet', name, namespace },
    ...change,
    consequences: [words.rollout, ...lastsUntil(install)],
    manual: [
      `kubectl -n ${namespace} get daemonset ${name} -o jsonpath='{.spec.template.spec.${field}}{"\\n"}'`,
      ...(isOperator
        ? [
            words.byOperator,
            `kubectl patch installation ${installation} --type merge -p ${shellJson(override)}`,
          ]
        : [`kubectl -n ${namespace} patch daemonset ${name} --type json -p ${shellJson([patch])}`]),
      isSendable(install) ? words.alsoIn(place) : words.onlyIn(place),
    ],
  };
}

const templatePath = '/spec/template/spec';

function bySelector(placement: Placement): readonly Remedy[] {
  const { nodes, detail } = placement;
  const label = detail.slice(0, detail.indexOf('='));
  const key = label.replaceAll('~', '~0').replaceAll('/', '~1');
  return [
    onNodes(
      'label-nodes',
      words.label(detail),
      nodes.map((node) => `kubectl label node ${node} ${detail} --overwrite`),
      labels(placement),
    ),
    withoutField(placement, 'nodeSelector', words.selector, {
      patch: { op: 'remove', path: `${templatePath}/nodeSelector/${key}` },
      spec: { nodeSelector: { [label]: null } },
    }),
  ];
}

// What Calico's own manifests have; the controller's taints cannot be taken away by hand, they come back.
const tolerateAll = { operator: 'Exists', effect: 'NoSchedule' };

function byTaint(placement: Placement): readonly Remedy[] {
  const { nodes, detail, daemonSet } = placement;
  const list = daemonSet?.spec?.template?.spec?.tolerations ?? [];
  const hasList = list.length > 0;
  const effect = /:(\w+)$/.exec(detail)?.[1] ?? 'NoSchedule';
  const toleration = { ...tolerateAll, effect };
  // The list is replaced as a whole, so what stands in it is sent along.
  const tolerate = withoutField(placement, 'tolerations', words.tolerate, {
    patch: {
      op: 'add',
      path: `${templatePath}/tolerations${hasList ? '/-' : ''}`,
      value: hasList ? toleration : [toleration],
    },
    spec: { tolerations: [...list, toleration] },
  });
  const isOfSystem = /^node\.(?:cloudprovider\.)?kubernetes\.io\//.test(detail);
  return isOfSystem
    ? [tolerate]
    : [
        tolerate,
        onNodes(
          'untaint-nodes',
          words.untaint,
          nodes.map((node) => `kubectl taint node ${node} ${detail}-`),
        ),
      ];
}

function byAffinity(placement: Placement): readonly Remedy[] {
  return [
    withoutField(placement, 'affinity', words.affinity, {
      patch: { op: 'remove', path: `${templatePath}/affinity` },
      spec: { affinity: null },
    }),
  ];
}

const unscheduledCommands = (
  { namespace }: { namespace: string },
  nodes: readonly string[],
): readonly string[] => [
  `kubectl -n ${namespace} get pods --field-selector status.phase=Pending -o wide`,
  ...nodes
    .slice(0, 3)
    .map((node) => `kubectl describe node ${node} | grep -A12 "Allocated resources"`),
  words.priority,
  `kubectl -n ${namespace} get daemonsets -o custom-columns='NAME:.metadata.name,PRIORITY:.spec.template.spec.priorityClassName'`,
];

/** Lets the DaemonSet's pod come to the nodes that have none: label, taint, quota, admission, room, or the controller itself. */
export function placePods(placement: Placement): readonly Remedy[] {
  const { reason, detail, nodes, install } = placement;
  switch (reason) {
    case 'node-selector':
      return bySelector(placement);
    case 'taint':
      return byTaint(placement);
    case 'affinity':
      return byAffinity(placement);
    case 'refused':
      return [admitPods(install, whereIs(placement), detail)];
    case 'unscheduled':
      return [onNodes('make-room', words.room, unscheduledCommands(whereIs(placement), nodes))];
    case 'controller':
      return [
        onNodes('see-controller', words.controller, [
          'kubectl -n kube-system get pods -l component=kube-controller-manager -o wide',
          'kubectl -n kube-system get lease kube-controller-manager -o yaml',
          words.managed,
        ]),
      ];
  }
}

const words = {
  label: (label: string): string => `Give the nodes the label ${label}`,
  selector: 'Take the label out of the node selector of calico-node',
  tolerate: 'Let calico-node tolerate the taint',
  untaint: 'Take the taint off the nodes',
  affinity: 'Take the node affinity out of calico-node',
  room: 'Make room for the pod on its node',
  controller: 'See whether the controller manager works',
  starts: 'The pod is made within seconds, and starts on these nodes only.',
  rollout: 'calico-node restarts node by node; running pods keep their network.',
  byOperator:
    '# the operator has no such thing of its own: an override in the Installation put it there, and this takes it away',
  alsoIn: (place: string): string => `# to last, put the same into ${place}`,
  onlyIn: (place: string): string =>
    `# a change in the cluster would be undone: put this into ${place}`,
  priority: '# with priority system-node-critical, as Calico has it, other pods make room',
  managed: '# a control plane that is managed for you: ask its provider',
};
