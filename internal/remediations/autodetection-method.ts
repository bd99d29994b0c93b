import type { Family } from '../calico/autodetection/address.ts';
import type { NodePrediction, Proposal } from '../calico/autodetection/propose.ts';
import { counted, enumerate } from '../calico/enumerate.ts';
import { installFor } from '../calico/install/install-for.ts';
import { methodProposals } from '../calico/method-proposals.ts';
import { calicoContainer } from '../calico/settings.ts';
import { findObject } from '../calico/snapshot-lists.ts';
import type { Install } from '../model/install.ts';
import type { DaemonSet } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { addressForecasts } from './address-forecast.ts';
import { aboutPlace } from './durable.ts';
import { placeMethod } from './method-place.ts';

/** More alternatives than this only confuse; `predict` shows them all. */
const mostRemedies = 3;

const daemonSetOf = (snapshot: Snapshot, install: Install): DaemonSet | undefined =>
  install.daemonSet === null
    ? undefined
    : findObject(snapshot, 'daemonSets', install.daemonSet, install.namespace ?? undefined);

/** Where the Installation has the method of a family, below `spec`. */
export const methodPath = (family: Family): readonly string[] => [
  'calicoNetwork',
  `nodeAddressAutodetectionV${family}`,
];

const styleOf = (method: string): string => method.split('=')[0] ?? method;

const choiceText = ({ choices }: NodePrediction): string => {
  const [choice] = choices;
  if (!choice) return '';
  return choice.iface === null ? choice.ip : `${choice.ip} (${choice.iface})`;
};

function consequences(
  proposal: Proposal,
  daemonSet: DaemonSet | undefined,
  pods: number,
): readonly string[] {
  const changing = proposal.predictions.filter(({ outcome }) => outcome === 'changes');
  const unknown = proposal.predictions.filter(({ outcome }) => outcome === 'unknown');
  const staying = proposal.predictions.filter(({ outcome }) => outcome === 'same');
  const most = daemonSet?.spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  const isByHand = daemonSet?.spec?.updateStrategy?.type === 'OnDelete';
  return [
    ...changing.slice(0, 3).map((one) => words.changes(one.node, one.now, choiceText(one))),
    ...(changing.length > 3 ? [words.moreChange(changing.length - 3)] : []),
    ...(staying.length > 0 ? [words.stay(staying.length)] : []),
    ...(unknown.length > 0 ? [words.unknown(unknown.map(({ node }) => node))] : []),
    isByHand ? words.byHand : words.restarts(pods, String(most)),
  ];
}

const stateConsequences = ({ state }: Install): readonly string[] => {
  if (state === 'operator-paused') return [words.paused];
  return state === 'migration-blocked' ? [words.converted] : [];
};

// Argo CD and Flux apply what Git has beside fields that it never had.
const besideGit = ({ renderer, owner, action }: Install): readonly string[] =>
  renderer === 'operator' &&
  action === 'apply-temporary' &&
  (owner === 'argocd' || owner === 'flux')
    ? [words.beside]
    : [];

/**
 * The remedy that sets a simulated method, whatever speaks against it: to be judged before. Null where no address is detected, or
 * the operator has no field for it.
 */
export function methodChange(
  snapshot: Snapshot,
  proposal: Proposal,
  family: Family,
  id = 'autodetection-method',
): Remedy | null {
  const install = installFor(snapshot, methodPath(family));
  const daemonSet = daemonSetOf(snapshot, install);
  const env = calicoContainer(daemonSet?.spec?.template?.spec)?.env ?? [];
  const placed = placeMethod(proposal.method, { install, family, env, snapshot });
  if (!placed) return null;
  return {
    id,
    title: words.title(proposal.method),
    risk: 'restarts-pods',
    addresses: addressForecasts(snapshot, proposal, family),
    consequences: [
      ...consequences(proposal, daemonSet, proposal.predictions.length),
      ...stateConsequences(install),
      ...aboutPlace(install, placed),
      ...besideGit(install),
    ],
    ...placed,
  };
}

const remedyOf = (
  snapshot: Snapshot,
  proposal: Proposal,
  family: Family,
  index: number,
): Remedy | null =>
  methodChange(
    snapshot,
    proposal,
    family,
    index === 0 ? 'autodetection-method' : `autodetection-method-${styleOf(proposal.method)}`,
  );

// Nothing is proposed that would harm a healthy node; what speaks against each method is for a person to weigh. Where nothing could
// even be tried, the interfaces have to be looked at first.
function noneSafe(install: Install, unsafe: readonly Proposal[], family: Family): Remedy {
  const placed = placeMethod('interface=^NAME$', { install, family, env: [] });
  const blind = [words.look, 'ip -brief address show', words.fill, ...(placed?.manual ?? [])];
  return {
    id: 'autodetection-method',
    title: unsafe.length > 0 ? words.choose : words.find,
    action: 'manual',
    risk: 'restarts-pods',
    ...(placed?.target ? { target: placed.target } : {}),
    changes: [],
    consequences: unsafe
      .slice(0, mostRemedies)
      .flatMap(({ method, objections: [first] }) =>
        first ? [words.objection(method, first.kind, first.nodes)] : [],
      ),
    manual: unsafe.length > 0 ? ['kubectl calico-fix predict'] : blind,
  };
}

/**
 * The methods that give each of the sick nodes (by name) its right address and keep that of every other, the best first, each with
 * the change at the place where it lasts. Where none is safe on every node the remedy says what speaks against each. Empty for
 * Canal and policy-only installations, where no address is detected.
 */
export function autodetectionMethod(
  snapshot: Snapshot,
  sick: ReadonlySet<string>,
  family: Family = 4,
): readonly Remedy[] {
  const install = installFor(snapshot, methodPath(family));
  if (install.renderer === 'canal' || install.policyOnly) return [];
  const { safe, unsafe } = methodProposals(snapshot, sick, family);
  const remedies = safe
    .slice(0, mostRemedies)
    .flatMap((proposal, index) => remedyOf(snapshot, proposal, family, index) ?? []);
  return remedies.length > 0 ? remedies : [noneSafe(install, unsafe, family)];
}

const objections: Readonly<Record<string, string>> = {
  'leaves-without-address': 'finds no address',
  'changes-healthy-node': 'would change the right address',
  'does-not-cure': 'does not give the right address',
  'same-address-twice': 'gives the same address twice',
  'reserved-network': 'takes an address of a pool',
  'not-foreseeable': 'cannot be foreseen',
};

function titleOf(method: string): string {
  const value = method.slice(method.indexOf('=') + 1);
  switch (styleOf(method)) {
    case 'kubernetes-internal-ip':
      return 'Use the address that Kubernetes knows (kubernetes-internal-ip)';
    case 'cidr':
      return `Take the address from the node network (cidr=${value})`;
    case 'interface':
      return `Take the address from one interface (interface=${value})`;
    case 'skip-interface':
      return `Leave the wrong interface out (skip-interface=${value})`;
    default:
      return `Set the address method ${method}`;
  }
}

const words = {
  title: titleOf,
  find: 'Set a method that takes the right interface',
  look: '# on each node: which interface has the address of "kubectl get nodes -o wide"?',
  fill: '# then, with its name in place of NAME:',
  choose: 'Choose an address method: none is safe on every node by what was read',
  changes: (node: string, now: string | null, then: string): string =>
    now === null ? `${node} gets ${then}.` : `${node} changes from ${now} to ${then}.`,
  moreChange: (count: number): string => `${counted(count, 'more node')} change likewise.`,
  stay: (count: number): string =>
    count === 1 ? 'One node keeps its address.' : `${count} nodes keep their addresses.`,
  unknown: (nodes: readonly string[]): string =>
    `What ${enumerate(nodes)} would get cannot be foreseen.`,
  restarts: (pods: number, most: string): string =>
    `calico-node restarts on ${counted(pods, 'node')}, ${most} at a time; running pods keep their network meanwhile.`,
  byHand:
    'The DaemonSet replaces pods only when they are deleted: delete those of the nodes that change first.',
  beside:
    'If Git sets a method of its own, that comes back beside this one, and the operator takes no two: commit this one before.',
  paused: 'The operator does not run now: the change reaches calico-node only when it does.',
  converted:
    'The migration to the operator takes over what stands here: it goes on with the new setting.',
  objection: (method: string, kind: string, nodes: readonly string[]): string =>
    `${method} ${objections[kind] ?? kind} on ${enumerate(nodes)}.`,
};
