import semver from 'semver';

/**
 * The version in an image reference (`quay.io/calico/node:v3.29.7-amd64@sha256:…`), as `v3.29.7`; null if its tag is no version.
 */
export function imageVersion(image: string | undefined): string | null {
  const tag = /:([^/:@]+)(?:@.*)?$/.exec(image ?? '')?.[1];
  const match = /^(?:release-)?v?(\d+)\.(\d+)\.(\d+)/.exec(tag ?? '');
  return match ? `v${match[1]}.${match[2]}.${match[3]}` : null;
}

/** Major, minor and patch of `v1.36.3+rke2r1` and the like; null for anything else. */
export function coreVersion(version: string | null | undefined): string | null {
  return semver.coerce(version ?? '')?.version ?? null;
}

/** True if `version` is known and at least `bound` (`3.25.0`); pre-release and build suffixes do not count. */
export function isAtLeast(version: string | null | undefined, bound: string): boolean {
  const core = coreVersion(version);
  return core !== null && semver.gte(core, bound);
}

/** True if `version` is known and below `bound`. */
export function isBelow(version: string | null | undefined, bound: string): boolean {
  const core = coreVersion(version);
  return core !== null && semver.lt(core, bound);
}

/** The minor number of a version, for skew rules; null if unknown. */
export function minorOf(version: string | null | undefined): number | null {
  const core = coreVersion(version);
  return core === null ? null : semver.minor(core);
}
