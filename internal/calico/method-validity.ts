import type { Family } from './autodetection/address.ts';
import { parseMethod } from './autodetection/method.ts';
import { nameFilter } from './autodetection/select.ts';
import { parseCidrOrAddress } from './autodetection/cidr.ts';
import type { FailureKind } from './detection-failures.ts';
import type { CalicoSettings } from './settings.ts';

/** A setting that a release of Calico does not understand. */
export interface BadSetting {
  readonly kind: Extract<
    FailureKind,
    'unknown-method' | 'bad-pattern' | 'bad-network' | 'unexpanded' | 'bad-address'
  >;
  readonly family: Family;
  /** The variable, and the value that it has. */
  readonly variable: string;
  readonly value: string;
}

// A release that is not known is taken for a new one: then only what no release understands is wrong.
const newestRelease = 'v3.32.1';

function badMethod(method: string, version: string): BadSetting['kind'] | null {
  if (/\$\([\w.-]+\)/.test(method)) return 'unexpanded';
  const parsed = parseMethod(method, version);
  switch (parsed.kind) {
    case 'unknown':
      return 'unknown-method';
    case 'bad-cidr':
      return 'bad-network';
    case 'enumerate':
      return 'error' in nameFilter(parsed, version) ? 'bad-pattern' : null;
    case 'can-reach':
    case 'kubernetes-internal-ip':
      return null;
  }
}

function isAddress(value: string, family: Family): boolean {
  return parseCidrOrAddress(value)?.address.family === family;
}

const families = [
  [4, 'IP', 'IP_AUTODETECTION_METHOD'],
  [6, 'IP6', 'IP6_AUTODETECTION_METHOD'],
] as const;

/**
 * What of the address settings a release does not understand: methods are read only where an address is detected. `version` as in
 * the image tag; null where it is not known.
 */
export function badSettings(
  settings: CalicoSettings,
  version: string | null,
): readonly BadSetting[] {
  return families.flatMap(([family, source, variable]): readonly BadSetting[] => {
    const value = family === 4 ? settings.ip : settings.ip6;
    const method = family === 4 ? settings.method : settings.method6;
    const isDetected = value === 'autodetect' || (family === 4 && value === '');
    if (isDetected) {
      const kind = badMethod(method, version ?? newestRelease);
      return kind ? [{ kind, family, variable, value: method }] : [];
    }
    return value === '' || value === 'none' || isAddress(value, family)
      ? []
      : [{ kind: 'bad-address', family, variable: source, value }];
  });
}
