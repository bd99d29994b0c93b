import type { Family } from '../calico/autodetection/address.ts';
import type { Objection, Proposal } from '../calico/autodetection/propose.ts';
import { enumerate } from '../calico/enumerate.ts';
import { installFor } from '../calico/install/install-for.ts';
import { judgeOn } from '../calico/method-proposals.ts';
import { firstReleaseOf, methodProblem, type MethodProblem } from '../calico/method-syntax.ts';
import { suspectNodes } from '../calico/node-addresses.ts';
import { nodeViews } from '../calico/nodes.ts';
import { installationHas } from '../calico/operator-fields.ts';
import { calicoContainer, settingsOf } from '../calico/settings.ts';
import { findObject } from '../calico/snapshot-lists.ts';
import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { methodChange, methodPath } from './autodetection-method.ts';
import { durablePlace, isRenderedByOperator } from './durable.ts';
import { installationMethod } from './method-place.ts';

export interface MethodWish {
  /** Nodes whose address is wrong or missing; null: those that look so. */
  readonly sick: ReadonlySet<string> | null;
  /** Goes on where nodes would be left without an address. */
  readonly isForced: boolean;
  readonly family?: Family;
}

/** The remedy, or why not, as sentences. `canForce` is true where `isForced` would have made it. */
export type MethodAnswer =
  | { readonly remedy: Remedy }
  | { readonly refused: readonly string[]; readonly canForce: boolean };

const no = (...refused: readonly string[]): MethodAnswer => ({ refused, canForce: false });

const daemonSetOf = (snapshot: Snapshot, { daemonSet, namespace }: Install) =>
  daemonSet === null
    ? undefined
    : findObject(snapshot, 'daemonSets', daemonSet, namespace ?? undefined);

/** Why no method at all can be set in this installation; null where one can. */
function placeRefusal(snapshot: Snapshot, install: Install): string | null {
  const { renderer, policyOnly, action, state } = install;
  if (renderer === 'none') return words.none;
  if (renderer === 'canal') return words.canal;
  const template = daemonSetOf(snapshot, install)?.spec?.template?.spec;
  const isOff = settingsOf(snapshot, template, null, install.namespace ?? undefined).backend;
  if (policyOnly || isOff === 'none') return words.policyOnly;
  if (action !== 'refuse') return null;
  return state === 'settled' ? words.provider(durablePlace(install)) : words.states[state];
}

function variablesOf(snapshot: Snapshot, install: Install): ReadonlySet<string> | null {
  if (isRenderedByOperator(install)) return null;
  const container = calicoContainer(daemonSetOf(snapshot, install)?.spec?.template?.spec);
  return new Set((container?.env ?? []).flatMap(({ name }) => name ?? []));
}

// The schema is sounder than the version: a mirror may have retagged the operator.
function fieldRefusal(snapshot: Snapshot, install: Install, method: string, family: Family) {
  if (!isRenderedByOperator(install)) return null;
  const [field] = Object.keys(installationMethod(method) ?? {});
  if (field === undefined) return words.problems['unknown-keyword'](method);
  return installationHas(snapshot, [...methodPath(family), field]) === false
    ? words.noField(field)
    : null;
}

const harmful: ReadonlySet<Objection['kind']> = new Set([
  'leaves-without-address',
  'same-address-twice',
  'reserved-network',
]);

// What cannot be foreseen is among the consequences of any method.
const isTold = ({ kind }: Objection): boolean => kind !== 'not-foreseeable';

function told({ objections, method }: Proposal): readonly string[] {
  return objections.map(({ kind, nodes }) => words.objection(method, kind, nodes));
}

/**
 * The remedy that sets the method that the user asks for, in Calico's own syntax: checked against the release that runs and
 * simulated on every node. Refused where Calico would not understand it, or other than it is meant; unless forced, where it would
 * leave a node without an address of its own. That it changes a right address, or cannot be foreseen, is told. This is the only
 * way to `can-reach=`.
 */
export function methodRemedy(
  snapshot: Snapshot,
  method: string,
  { sick, isForced, family = 4 }: MethodWish,
): MethodAnswer {
  const install = installFor(snapshot, methodPath(family));
  const place = placeRefusal(snapshot, install);
  if (place !== null) return no(place);
  const variables = variablesOf(snapshot, install);
  const wrong = methodProblem(method, { calicoVersion: install.calicoVersion, family, variables });
  if (wrong) return no(problemText(wrong, install));
  const field = fieldRefusal(snapshot, install, method, family);
  if (field !== null) return no(field);
  const names = sick ?? suspectNodes(snapshot, family);
  const proposal = judgeOn(snapshot, expanded(method), names, family);
  const bad = proposal.objections.filter(({ kind }) => harmful.has(kind));
  if (bad.length > 0 && !isForced) {
    return { refused: told({ ...proposal, objections: bad }), canForce: true };
  }
  const remedy = methodChange(snapshot, { ...proposal, method }, family);
  if (!remedy) return no(words.none);
  const lost = nodeViews(snapshot).flatMap(({ name, isLost }) => (isLost ? [name] : []));
  return {
    remedy: {
      ...remedy,
      consequences: [
        ...told({ ...proposal, objections: proposal.objections.filter(isTold) }),
        ...(lost.length > 0 ? [words.lost(lost)] : []),
        ...remedy.consequences,
      ],
    },
  };
}

// The variable's value differs from node to node, and a name that cannot be looked up here is as little foreseeable.
const expanded = (method: string): string => method.replaceAll(/\$\(([\w.-]+)\)/g, '$1.invalid');

const problemText = ({ kind, value }: MethodProblem, { calicoVersion }: Install): string =>
  words.problems[kind](value, calicoVersion ?? 'this release');

const objectionWords: Readonly<Record<Objection['kind'], string>> = {
  'leaves-without-address': 'finds no address',
  'changes-healthy-node': 'changes the address, which is right now,',
  'does-not-cure': 'does not give the address that Kubernetes knows',
  'same-address-twice': 'gives the same address twice',
  'reserved-network': 'takes an address of pods or services',
  'not-foreseeable': 'cannot be foreseen',
};

const words = {
  none: 'No calico-node was found whose address method could be set.',
  canal:
    'With Canal flannel carries the traffic, and Calico detects no address: the interface is set by canal_iface in its ConfigMap (RKE2: flannel.iface in the HelmChartConfig).',
  policyOnly:
    'Calico runs for policy alone here (networking backend "none") and detects no address.',
  provider: (place: string): string =>
    `This Calico belongs to somebody else: a change made here would be taken back. Its place is ${place}.`,
  states: {
    settled: '',
    migrating:
      'Calico is being moved from one installation to another: nothing may be changed now.',
    'migration-blocked': '',
    'two-installations': 'Two installations of Calico are at work: decide which one stays first.',
    'never-rendered': '',
    'operator-paused': '',
    'ignored-by-operator': '',
    uninstalling: 'The Installation is being deleted.',
    'datastore-locked': "Calico's datastore is locked while data is moved: that has to end first.",
  } satisfies Record<Install['state'], string>,
  noField: (field: string): string =>
    `The Installation of this operator has no field "${field}": upgrade the operator, or take another method.`,
  lost: (nodes: readonly string[]): string =>
    `${enumerate(nodes)} cannot be judged: nothing is heard of them now.`,
  objection: (method: string, kind: Objection['kind'], nodes: readonly string[]): string =>
    `${method} ${objectionWords[kind]} on ${enumerate(nodes, 5)}.`,
  problems: {
    empty: () => 'No method was given; first-found is the name of the default.',
    blanks: (value) => `"${value}" has blanks that would become a part of it: write it without.`,
    'unknown-keyword': (value) =>
      `"${value}" is no method of Calico. There are first-found, kubernetes-internal-ip, cidr=, interface=, skip-interface= and can-reach=.`,
    'keyword-cidrs': () => 'The keyword is "cidr=", also for several networks.',
    'needs-release': (value, version) =>
      `${version} does not know "${value}": it needs ${firstReleaseOf(value) ?? 'a newer release'}.`,
    'stores-network': (value, version) =>
      `${version} gets "${value}" wrong: it stores the address of the network, the same on every node. It is right from v3.22.4 and v3.23.2 on.`,
    'bad-pattern': (value) => `Not a valid regular expression (RE2): ${value}`,
    'empty-element': (value) =>
      `"${value}" has an empty element, which matches every interface: take the comma out.`,
    'split-braces': (value) =>
      `Calico splits the list at each comma, also inside braces: "${value}" would stand alone and match nothing.`,
    'bad-network': (value) => `"${value}" is not a network such as 10.0.0.0/24.`,
    'other-family': (value) => `"${value}" has nothing of the address family that it is for.`,
    'no-destination': () =>
      'can-reach= needs a destination: without one the node would get the loopback address.',
    'not-an-address': (value) =>
      `"${value}" would be looked up as a name: give an address or a host name without port, prefix or brackets.`,
    unexpanded: (value) => `Nothing gives ${value} a value there, so it would be taken literally.`,
  } satisfies Record<MethodProblem['kind'], (value: string, version: string) => string>,
};
