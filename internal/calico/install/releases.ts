import { coreVersion, isAtLeast, isBelow, minorOf } from '../version.ts';

// Operator minors of each Calico minor (release branches of tigera/operator; numbers left out are
// Calico Enterprise's).
const operatorMinors: ReadonlyMap<number, readonly number[]> = new Map([
  [20, [20, 21, 22]],
  [21, [23, 24]],
  [22, [25, 26]],
  [23, [27]],
  [24, [28]],
  [25, [29]],
  [26, [30]],
  [27, [32]],
  [28, [34]],
  [29, [36]],
  [30, [38]],
  [31, [40]],
  [32, [42]],
  [33, [44]],
]);

// The Kubernetes minor that a Calico release was tested with (projectcalico/calico `metadata.mk` at
// the release tags).
const testedMinors: readonly (readonly [calico: number, kubernetes: number])[] = [
  [23, 23],
  [25, 24],
  [27, 27],
  [28, 28],
  [29, 29],
  [30, 32],
  [31, 33],
  [32, 35],
];
const minorsBeyondTested = 3;

/** The operator minors that belong to a Calico version (3.20 and later); null for others. */
export function operatorMinorsFor(calico: string): readonly number[] | null {
  if (coreVersion(calico)?.startsWith('3.') !== true) return null;
  return operatorMinors.get(minorOf(calico) ?? -1) ?? null;
}

/**
 * How a Calico version stands to a Kubernetes version. `api-removed`: it uses an API that this
 * Kubernetes no longer serves. `beyond-tested`: more than three minors newer than what the release
 * was tested with, which often works all the same.
 */
export type KubernetesSupport =
  | { readonly kind: 'supported'; readonly testedMinor: number }
  | { readonly kind: 'beyond-tested'; readonly testedMinor: number }
  | {
      readonly kind: 'api-removed';
      readonly api: string;
      /**
       * The first Kubernetes version without the API, and the first Calico version that does not
       * use it.
       */
      readonly removedIn: string;
      readonly fixedIn: string;
    }
  | { readonly kind: 'unknown' };

// Felix' Kubernetes client before 3.23.0 lists EndpointSlices of discovery.k8s.io/v1beta1;
// manifests before 3.15 hold CRDs and roles of v1beta1.
const removals = [
  { api: 'discovery.k8s.io/v1beta1', removedIn: '1.25.0', fixedIn: '3.23.0' },
  { api: 'apiextensions.k8s.io/v1beta1', removedIn: '1.22.0', fixedIn: '3.15.0' },
] as const;

// A release that is not in the table counts as its next newer neighbour: rather silent than wrong.
const testedMinorOf = (calicoMinor: number): number | null =>
  calicoMinor < 23 ? null : (testedMinors.find(([minor]) => minor >= calicoMinor)?.[1] ?? null);

/** Judges a pair of versions; `unknown` where one is not known, or the table has nothing for it. */
export function kubernetesSupport(
  calico: string | null,
  kubernetes: string | null,
): KubernetesSupport {
  if (coreVersion(calico)?.startsWith('3.') !== true || coreVersion(kubernetes) === null) {
    return { kind: 'unknown' };
  }
  const removal = removals.find(
    ({ removedIn, fixedIn }) => isAtLeast(kubernetes, removedIn) && isBelow(calico, fixedIn),
  );
  if (removal) return { kind: 'api-removed', ...removal };
  const testedMinor = testedMinorOf(minorOf(calico) ?? 0);
  const minor = minorOf(kubernetes);
  if (testedMinor === null || minor === null) return { kind: 'unknown' };
  return minor > testedMinor + minorsBeyondTested
    ? { kind: 'beyond-tested', testedMinor }
    : { kind: 'supported', testedMinor };
}
