import type { ListName } from '../model/snapshot.ts';
import { kinds, listNames } from './kinds.ts';
import { groupOf } from './object-type.ts';

/** A list of the snapshot, and the kind that is meant. */
export interface ListKind {
  readonly list: ListName;
  readonly kind: string;
}

const all: readonly (ListKind & { readonly group: string; readonly plural: string })[] =
  listNames.flatMap((list) => {
    const { kinds: names, groups, plurals } = kinds[list];
    return names.flatMap((kind, index) =>
      groups.map((group) => ({ list, kind, group, plural: plurals[index] ?? '' })),
    );
  });

/**
 * The list that holds objects of a kind; null for kinds that nobody reads. Without a group (`v1` is
 * also what some tools write for lists of anything) the kind alone decides, and `Node` is that of
 * Kubernetes.
 */
export function listOfKind(kind: string, apiVersion: string | undefined): ListKind | null {
  const group = apiVersion === undefined ? '' : groupOf(apiVersion);
  const exact = all.find((entry) => entry.kind === kind && entry.group === group);
  if (exact) return exact;
  return group === '' ? (all.find((entry) => entry.kind === kind) ?? null) : null;
}

// kubectl's short names, and other names that people give to files.
const shortNames: Readonly<Record<string, string>> = {
  no: 'nodes',
  po: 'pods',
  ds: 'daemonsets',
  deploy: 'deployments',
  ev: 'events',
  svc: 'services',
  ep: 'endpoints',
  cm: 'configmaps',
  ns: 'namespaces',
  crd: 'customresourcedefinitions',
  crds: 'customresourcedefinitions',
  installation: 'installations',
  tigerastatus: 'tigerastatuses',
  ippool: 'ippools',
  felixconfig: 'felixconfigurations',
  felixconfiguration: 'felixconfigurations',
  bgpconfig: 'bgpconfigurations',
  bgpconfiguration: 'bgpconfigurations',
  bgppeer: 'bgppeers',
  clusterinformation: 'clusterinformations',
  clusterinfo: 'clusterinformations',
};

const extension = /\.(?:json|ya?ml|txt|log|out)$/i;

function listOfName(name: string): ListKind | null {
  const [head = '', ...rest] = name.split('.');
  const group = rest.join('.');
  const plain = head.replaceAll(/[-_]/g, '');
  const plural = Object.hasOwn(shortNames, plain) ? (shortNames[plain] ?? plain) : plain;
  const entries = all.filter((entry) => entry.plural.replaceAll('-', '') === plural);
  if (group.includes('projectcalico') && plural === 'nodes')
    return listOfKind('Node', `${group}/v1`);
  if (!group.includes('.')) return entries[0] ?? null;
  return entries.find((entry) => entry.group === group) ?? null;
}

// `kube-system-pods.json`, `get-nodes-wide.yaml`: only plurals, as a singular may be part of any
// name.
function listOfWords(name: string): ListKind | null {
  const words = name.toLowerCase().split(/[-_.]/);
  return all.find(({ plural }) => words.includes(plural)) ?? null;
}

/**
 * What a file is a list of, as its path says: `kube-system/pods.json`, `pods/kube-system.json`,
 * `custom-resources/ippools.crd.projectcalico.org.yaml`, `namespaces/x/pods/y/y.yaml`; null where
 * it does not say.
 */
export function listOfPath(path: string): ListKind | null {
  const parts = path.toLowerCase().split('/');
  const name = (parts.pop() ?? '').replace(extension, '');
  const folders = parts.slice(-2).toReversed();
  return (
    listOfName(name) ??
    listOfWords(name) ??
    folders.map(listOfName).find((found) => found !== null) ??
    null
  );
}

/**
 * The list that a file is called after, whatever its folders are called: `shop/pods.json`; null for
 * all other names.
 */
export function listOfFile(path: string): ListKind | null {
  const name = path.toLowerCase().split('/').at(-1) ?? '';
  return listOfName(name.replace(extension, ''));
}
