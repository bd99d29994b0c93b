import type { Snapshot } from '../model/snapshot.ts';
import { installOf } from './install/install.ts';
import { calicoContainer, settingsOf } from './settings.ts';
import { itemsOf } from './snapshot-lists.ts';

/**
 * True if pods get their addresses from Calico's IP pools. Not so with canal, policy only, and host-local IPAM (`USE_POD_CIDR`), where
 * a pool object may stand about all the same and means little.
 */
export function hasPoolAddresses(snapshot: Snapshot): boolean {
  const { renderer, policyOnly } = installOf(snapshot);
  if (renderer === 'canal' || policyOnly) return false;
  return !itemsOf(snapshot, 'daemonSets').some(({ metadata, spec }) => {
    const template = spec?.template?.spec;
    const env = calicoContainer(template)
      ? settingsOf(snapshot, template, null, metadata.namespace).env
      : null;
    return env?.get('USE_POD_CIDR') === 'true';
  });
}
