import { affectedBy } from '../calico/affected.ts';
import { isBlocking, standingDenials, type Denial } from '../calico/denials.ts';
import { sharing } from '../calico/cluster-wide.ts';
import { counted, enumerate } from '../calico/enumerate.ts';
import { nodeRefs, refOf } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { nodeViews, sickViews, type NodeView } from '../calico/nodes.ts';
import { roleFor } from '../calico/rights.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import { followsWithoutData } from '../calico/without-data.ts';
import type { Draft, ObjectRef } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { missingRights, type MissingRule } from '../remediations/apply-missing-parts.ts';
import { defineCheck } from './define.ts';

type Right = MissingRule & { readonly user: string };

type RightsFacts = {
  readonly rights: readonly Right[];
  readonly nodes: readonly string[];
  /** Roles that are bound but do not exist. */
  readonly missingRoles: readonly string[];
  /** What does not work: calico-node itself, only the network of new pods, or neither. */
  readonly harm: 'calico-node' | 'new-pods' | 'feature';
};

const explained = ['ipam-exhausted'];

/** One rule for each account and resource, with all verbs that it was denied. */
function rightsOf(snapshot: Snapshot, denials: readonly Denial[]): readonly Right[] {
  const groups = Map.groupBy(denials, ({ right }) =>
    JSON.stringify([right.user, right.group, right.resource]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { user, group: apiGroup, resource } = first.right;
    const isNamed = resource === 'serviceaccounts/token';
    return [
      {
        user,
        role: roleFor(snapshot, first.right),
        group: apiGroup,
        resource,
        verbs: [...new Set(group.map(({ right }) => right.verb))].toSorted(),
        names: isNamed ? [...new Set(group.flatMap(({ right }) => right.name ?? []))] : [],
      },
    ];
  });
}

// Where Typha is denied, it is every sick calico-node that waits for it.
function affectedNodes(snapshot: Snapshot, denials: readonly Denial[]): readonly string[] {
  const told = new Set(denials.filter(({ source }) => source !== 'typha').map(({ node }) => node));
  const saying = sickViews(snapshot).filter(({ name }) =>
    denials.some(({ source, node }) => source === 'sick-node' && node === name),
  );
  const waiting = denials.some(({ source }) => source === 'typha')
    ? sickViews(snapshot)
    : sharing(snapshot, saying);
  const own = denials.flatMap(({ source, node }) =>
    source !== 'kube-controllers' && node !== null && told.has(node) ? [node] : [],
  );
  return [...new Set([...own, ...waiting.map(({ name }) => name)])].toSorted();
}

const sickPods = (views: readonly NodeView[]): readonly ObjectRef[] =>
  views.flatMap(({ pod, health }) => (pod && health?.state === 'sick' ? [refOf(pod)] : []));

const uniqueRefs = (refs: readonly ObjectRef[]): readonly ObjectRef[] => [
  ...new Map(refs.map((ref) => [JSON.stringify(ref), ref])).values(),
];

function draftOf(snapshot: Snapshot, denials: readonly Denial[]): Draft<RightsFacts>[] {
  const [first] = denials;
  if (!first) return [];
  const nodes = affectedNodes(snapshot, denials);
  const views = nodeViews(snapshot).filter(({ name }) => nodes.includes(name));
  const rights = rightsOf(snapshot, denials);
  const isError = isBlocking(first);
  const isProven = denials.some((denial) => denial.isProven === true);
  const isCniAlone = denials.every(({ source }) => source === 'cni');
  const missingRoles = [...new Set(denials.flatMap(({ right }) => right.missingRole ?? []))];
  const hasTypha = denials.some(({ source }) => source === 'typha');
  return [
    {
      severity: isError ? 'error' : 'warning',
      confidence: isProven || isError ? 'confirmed' : 'likely',
      facts: {
        rights,
        nodes,
        missingRoles,
        harm: !isError ? 'feature' : isCniAlone ? 'new-pods' : 'calico-node',
      },
      affected: uniqueRefs([
        ...nodeRefs(nodes),
        ...denials.map(({ pod }) => pod),
        ...(isError ? sickPods(views) : []),
      ]),
      evidence: denials.slice(0, 5).map(({ evidence }) => evidence),
      explains: isError
        ? [
            ...followsWithoutData(snapshot, views, explained),
            ...(hasTypha ? [{ id: 'typha-unreachable', affected: affectedBy(views) }] : []),
          ]
        : [],
      remedies: [
        missingRights(installOf(snapshot), rights, missingRoles, itemsOf(snapshot, 'clusterRoles')),
      ],
    },
  ];
}

/**
 * Newer releases read more types than the roles of older manifests allow; also `kubectl apply` of a part of them.
 * https://docs.tigera.io/calico/latest/operations/upgrading/kubernetes-upgrade
 */
export const rbacMissing = defineCheck<RightsFacts>({
  id: 'rbac-missing',
  title: "Calico's service accounts have the rights they ask for",
  needs: ['logs'],
  uses: [...installUses, 'events', 'clusterRoles', 'clusterRoleBindings'],
  run: (snapshot) => {
    const denials = standingDenials(snapshot);
    const blocking = denials.filter(isBlocking);
    const other = denials.filter((denial) => !isBlocking(denial));
    return [
      ...draftOf(snapshot, blocking),
      ...(blocking.length > 0 ? [] : draftOf(snapshot, other)),
    ];
  },
  words: {
    en: {
      title: ({ rights, missingRoles }) =>
        missingRoles.length > 0
          ? `the ClusterRole ${enumerate(missingRoles)} is gone, so Calico may not ${words.what(rights[0])}`
          : `${words.account(rights[0])} may not ${words.what(rights[0])}${rights.length > 1 ? `, and ${counted(rights.length - 1, 'right')} more` : ''}`,
      summary: ({ rights, nodes, harm }) =>
        `The API server denies ${words.all(rights)}. ${words.harms[harm](nodes)} The roles are older than the images, or only a part of the manifest was applied.`,
      ruledOut: () => ['not the credentials: the API server knows who asks'],
    },
  },
});

const words = {
  harms: {
    'calico-node': (nodes: readonly string[]): string =>
      `calico-node cannot read what it needs, so it does not get ready on ${enumerate(nodes)}.`,
    'new-pods': (nodes: readonly string[]): string =>
      `The CNI plugin asks in vain, so new pods on ${enumerate(nodes)} get no network.`,
    feature: (): string => 'The pods work without it, but what the right is for does not.',
  } satisfies Record<RightsFacts['harm'], (nodes: readonly string[]) => string>,
  account: (right: Right | undefined): string =>
    right?.user.replace(/^system:serviceaccount:([^:]+):/, '$1/') ?? 'Calico',
  what: (right: Right | undefined): string =>
    right ? `${right.verbs.join(', ')} ${words.type(right)}` : 'ask what it has to',
  type: ({ resource, group }: Right): string => (group === '' ? resource : `${resource}.${group}`),
  all: (rights: readonly Right[]): string =>
    enumerate(rights.map((right) => `"${right.verbs.join(', ')} ${words.type(right)}"`)),
};
