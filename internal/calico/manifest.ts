import type { Install } from '../model/install.ts';
import { isAtLeast } from './version.ts';

// projectcalico/calico keeps the rendered manifests in manifests/ at its release tags.
const base = 'https://raw.githubusercontent.com/projectcalico/calico';

/** The file of `manifests/` that an installation of this kind was made from. */
export function manifestFile(install: Install): string {
  if (install.renderer === 'operator') return 'tigera-operator.yaml';
  if (install.renderer === 'canal') return 'canal.yaml';
  if (install.datastore === 'etcd') return 'calico-etcd.yaml';
  if (install.policyOnly) return 'calico-policy-only.yaml';
  return install.typha ? 'calico-typha.yaml' : 'calico.yaml';
}

/**
 * The address of a file of Calico's manifests at the running version; null where the version is not known, or older than 3.24,
 * whose tags hold templates only.
 */
export const manifestUrl = ({ calicoVersion }: Install, file: string): string | null =>
  isAtLeast(calicoVersion, '3.24.0') ? `${base}/${calicoVersion ?? ''}/manifests/${file}` : null;

/** The file with Calico's CRDs and nothing else. */
export const crdFile = ({ renderer }: Install): string =>
  renderer === 'operator' ? 'operator-crds.yaml' : 'crds.yaml';
