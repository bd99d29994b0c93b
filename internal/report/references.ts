import type { ObjectRef } from '../model/finding.ts';
import { words } from './words.ts';

/** An object as kubectl writes it: `node/worker-3`; pods by their name alone, which nobody mistakes. */
export const shortName = ({ kind, name }: ObjectRef): string =>
  kind === 'Pod' ? name : `${kind.toLowerCase()}/${name}`;

/** An object in full: `Pod calico-system/calico-node-x8k2p`. */
export const fullName = ({ kind, namespace, name }: ObjectRef): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;

/**
 * What a finding is about, as names: nodes bare, and then no pods, as each of them is on one of the nodes; everything
 * else with its kind.
 */
export function affectedNames(affected: readonly ObjectRef[]): readonly string[] {
  const nodes = affected.filter(({ kind }) => kind === 'Node').map(({ name }) => name);
  const others = affected.filter(
    ({ kind }) => kind !== 'Node' && (nodes.length === 0 || kind !== 'Pod'),
  );
  const names = [...nodes, ...others.map(shortName)];
  return names.length === 0 ? [words.en.inCluster] : [...new Set(names)];
}
