import type { Snapshot } from '../../model/snapshot.ts';
import { versionSkew } from './skew.ts';
import { words } from './words.ts';

const says = words.en;

const listed = (versions: readonly string[]): string => [...new Set(versions)].join(' and ');

/**
 * What does not match among the versions of a cluster's parts, one sentence each; nothing where all
 * do.
 */
export function skewReasons(snapshot: Snapshot): readonly string[] {
  const { calico, differing, pods, operator } = versionSkew(snapshot);
  if (calico === null) return [];
  const groups = Map.groupBy(differing, ({ component }) => component);
  return [
    ...[...groups].map(([component, versions]) =>
      says.differs(component, listed(versions.map(({ version }) => version)), calico),
    ),
    ...(pods.length > 0
      ? [says.podsDiffer(pods.length, listed(pods.map(({ version }) => version)), calico)]
      : []),
    ...(operator?.isExpected === false
      ? [
          says.operatorMismatch(
            operator.version,
            calico,
            operator.expectedMinors.map((minor) => `v1.${minor}`).join(', '),
          ),
        ]
      : []),
  ];
}
